// move_clone in Rust; kernels/move_clone.cpp describes it.
use std::mem::take;
use std::rc::Rc;

type Record = Vec<f64>;
const RECORD_SIZE: usize = 8;

fn make_records(x: &[f64]) -> Vec<Record> {
    x.chunks(RECORD_SIZE).map(Record::from).collect()
}

fn share_records(x: &[f64]) -> Vec<Rc<Record>> {
    make_records(x).into_iter().map(Rc::new).collect()
}

fn last_of(record: &[f64]) -> f64 {
    record[record.len() - 1]
}

// Not inlined: the callee must not know that its caller keeps the records.
#[inline(never)]
fn take_over(records: Vec<Record>) -> (f64, Vec<Record>) {
    (last_of(&records[records.len() - 1]), records)
}
#[inline(never)]
fn look_at(records: &[Record]) -> f64 {
    last_of(&records[records.len() - 1])
}
#[inline(never)]
fn take_shared(records: Vec<Rc<Record>>) -> f64 {
    last_of(&records[records.len() - 1])
}
#[inline(never)]
fn take_numbers(numbers: Vec<f64>) -> f64 {
    last_of(&numbers)
}

fn clone_records(records: &Vec<Record>) -> f64 {
    take_over(records.clone()).0
}
fn borrow_records(records: &Vec<Record>) -> f64 {
    look_at(records)
}
fn move_records(records: &mut Vec<Record>) -> f64 {
    let (last, returned) = take_over(take(records));
    *records = returned;
    last
}
fn clone_pointers(records: &Vec<Rc<Record>>) -> f64 {
    take_shared(records.clone())
}
fn clone_numbers(x: &[f64]) -> f64 {
    take_numbers(x.to_vec())
}

gapmeter::variants! {
    "clone" => make_records(x) then clone_records();
    "borrow" for "borrow" => make_records(x) then borrow_records();
    "move" for "move" => make_records(x) then move_records();
    "shallow" for "shallow" => share_records(x) then clone_pointers();
    "flat" for "flat" => clone_numbers(x);
}
