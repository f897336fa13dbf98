//! Variants as the harness sees them: bound, called and released through their table.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::rc::Rc;

use super::*;

// In the harness's place.
struct Raised(String);

impl Text {
    fn as_str(&self) -> &str {
        // SAFETY: made of a &str that lives.
        unsafe { std::str::from_utf8_unchecked(std::slice::from_raw_parts(self.data, self.length)) }
    }
}

#[unsafe(no_mangle)]
extern "C-unwind" fn gapmeter_rust_raise(message: Text) -> ! {
    panic_any(Raised(message.as_str().into()))
}

#[unsafe(no_mangle)]
extern "C-unwind" fn gapmeter_rust_report(metrics: *mut c_void, name: Text, value: f64) {
    // SAFETY: the tests pass one.
    unsafe { &mut *metrics.cast::<Vec<(String, f64)>>() }.push((name.as_str().into(), value));
}

fn raised(call: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(call)).expect_err("nothing was raised");
    panic.downcast::<Raised>().map(|raised| raised.0).unwrap_or_else(|_| "another panic".into())
}

fn memory_of<T>(values: &mut [T]) -> Argument {
    Argument { data: values.as_mut_ptr().cast(), count: values.len() }
}

struct Bound<'a> {
    variant: &'a Variant,
    work: *mut c_void,
    slots: Vec<*mut Argument>,
}

impl<'a> Bound<'a> {
    fn new(variant: &'a Variant, arguments: &[Argument]) -> Self {
        let mut slots = vec![std::ptr::null_mut(); arguments.len()];
        // SAFETY: the tests pass an argument of the right type for each parameter.
        let work = unsafe { (variant.bind)(arguments.as_ptr(), slots.as_mut_ptr()) };
        Self { variant, work, slots }
    }
    fn invoke(&self) {
        unsafe { (self.variant.invoke)(self.work) }
    }
    fn result<T>(&self, target: &mut [T]) -> usize {
        unsafe { (self.variant.result)(self.work, target.as_mut_ptr().cast(), target.len()) }
    }
    fn elements(&self) -> Elements {
        unsafe { (self.variant.elements)(self.work) }
    }
}

impl Drop for Bound<'_> {
    fn drop(&mut self) {
        unsafe { (self.variant.release)(self.work) }
    }
}

fn types(row: Row<Type>) -> Vec<Type> {
    // SAFETY: a row of constants.
    unsafe { std::slice::from_raw_parts(row.data, row.count) }.to_vec()
}

fn scaled(x: &[f32], factor: f32) -> Vec<f32> {
    x.iter().map(|value| factor * value).collect()
}
fn count_into(x: &[i64], n: usize, y: &mut [i64]) {
    y[0] += (x.len() + n) as i64;
}
fn text_panics(x: &[f64]) -> f64 {
    x[x.len()]
}
fn number_panics() {
    panic_any(42)
}
fn fails(x: &[u8]) -> Result<u8, String> {
    x.first().copied().ok_or("nothing there".into())
}

crate::variants! {
    "scaled" => scaled(x, factor);
    "count_into" for "a job" => count_into(x, n, y);
    "text_panics" => text_panics(x);
    "number_panics" => number_panics();
    "fails" => fails(x);
    "kept" => keep_vec(x) then change_first();
    "shared" => keep_vec(x) then first();
    "boxed" => keep_box(x, report) then add_to_box(y);
    "refuses" => refuse(x) then never();
    "generic" => generic::<f64, i32>(x);
}

// `crate` is what kernels call gapmeter.
use crate as gapmeter;

fn keep_vec(x: &[f64]) -> Vec<f64> {
    x.to_vec()
}
fn change_first(kept: &mut Vec<f64>) -> f64 {
    kept[0] += 1.0;
    kept[0]
}
fn first(kept: &Vec<f64>) -> f64 {
    kept[0]
}
struct Watched {
    sum: f64,
    alive: Rc<()>,
}
thread_local! {
    static ALIVE: RefCell<Rc<()>> = RefCell::default();
}
fn keep_box(x: &[f64], report: &mut gapmeter::Report) -> Box<Watched> {
    report.add("sum_count", x.iter().sum());
    Box::new(Watched { sum: x.iter().sum(), alive: ALIVE.with_borrow(Rc::clone) })
}
fn add_to_box(state: &mut Box<Watched>, y: &mut [f64]) {
    assert!(Rc::strong_count(&state.alive) > 1);
    state.sum += 1.0;
    y[0] = state.sum;
}
fn refuse(x: &[f64]) -> Result<f64, String> {
    Err(format!("{} is not enough", x.len()))
}
fn never(_state: &f64) {}
fn generic<T: Copy + Into<f64>, U: Element>(x: &[T]) -> f64 {
    x[0].into() + size_of::<U>() as f64
}

fn variant(name: &str) -> &'static Variant {
    VARIANTS.iter().find(|variant| variant.name.as_str() == name).expect("declared above")
}

#[test]
fn a_declaration_says_what_each_parameter_is() {
    let counting = variant("count_into");
    assert_eq!(counting.job.as_str(), "a job");
    assert_eq!(variant("scaled").job.as_str(), "");
    let names = unsafe { std::slice::from_raw_parts(counting.names.data, counting.names.count) };
    assert_eq!(names.iter().map(Text::as_str).collect::<Vec<_>>(), ["x", "n", "y"]);
    let i64s = |kind| Type::of::<i64>(kind);
    let size = Type::without_elements(Kind::Size);
    let expected = [i64s(Kind::Array), size, i64s(Kind::WritableArray)];
    assert_eq!(types(counting.parameters), expected);
    assert_eq!(counting.returned.kind, Kind::Nothing);
    assert_eq!(variant("fails").returned, Type::of::<u8>(Kind::Scalar));
    assert!(!counting.is_prepared && variant("shared").is_prepared);
    assert_eq!(types(variant("boxed").preparation).len(), 2);
    assert_eq!(types(variant("boxed").parameters), [Type::of::<f64>(Kind::WritableArray)]);
}

#[test]
fn scalars_are_those_of_the_binding() {
    let (mut x, mut factor, mut y) = ([1.0_f32, 2.0], [3.0_f32], [0.0_f32; 2]);
    let bound = Bound::new(variant("scaled"), &[memory_of(&mut x), memory_of(&mut factor)]);
    factor.fill(0.0);
    assert_eq!(bound.result(&mut y), 2);
    assert_eq!(y, [3.0, 6.0]);
    bound.invoke();
}

#[test]
fn a_result_of_another_length_is_not_copied() {
    let (mut x, mut factor, mut y) = ([1.0_f32, 2.0], [3.0_f32], [0.0_f32; 3]);
    let bound = Bound::new(variant("scaled"), &[memory_of(&mut x), memory_of(&mut factor)]);
    assert_eq!(bound.result(&mut y), 2);
    assert_eq!(y, [0.0; 3]);
}

#[test]
fn later_calls_get_the_memory_that_their_slot_names() {
    let (mut x, mut y, mut other) = ([0_i64; 4], [0_i64], [0_i64]);
    let size = Argument { data: std::ptr::null_mut(), count: 3 };
    let arguments = [memory_of(&mut x), size, memory_of(&mut y)];
    let bound = Bound::new(variant("count_into"), &arguments);
    assert!(bound.slots[0].is_null() && bound.slots[1].is_null(), "only outputs have slots");
    bound.invoke();
    let slot = bound.slots[2];
    unsafe { *slot = memory_of(&mut other) };
    bound.invoke();
    bound.invoke();
    drop(bound);
    assert_eq!((y[0], other[0]), (7, 14));
}

#[test]
fn arrays_without_elements_are_empty_slices() {
    let nothing = Argument { data: std::ptr::null_mut(), count: 0 };
    let bound = Bound::new(variant("fails"), &[nothing]);
    assert_eq!(raised(|| bound.invoke()), "nothing there");
}

#[test]
fn panics_are_raised_with_their_text() {
    let mut x = [1.0_f64];
    let indexing = Bound::new(variant("text_panics"), &[memory_of(&mut x)]);
    let expected = "panicked: index out of bounds: the len is 1 but the index is 1";
    assert_eq!(raised(|| indexing.invoke()), expected);
    assert_eq!(raised(|| assert_eq!(indexing.result(&mut [0.0_f64]), 0)), expected);
    let number = Bound::new(variant("number_panics"), &[]);
    assert_eq!(raised(|| number.invoke()), "panicked: no text");
}

#[test]
fn a_preparation_that_fails_is_raised() {
    let mut x = [1.0_f64];
    let refused = raised(|| drop(Bound::new(variant("refuses"), &[memory_of(&mut x)])));
    assert_eq!(refused, "1 is not enough");
}

#[test]
fn what_calls_may_change_of_a_prepared_vector_is_known() {
    let mut x = [1.0_f64, 2.0];
    let changing = Bound::new(variant("kept"), &[memory_of(&mut x)]);
    let elements = changing.elements();
    assert_eq!((elements.dtype, elements.memory.count), (DType::F64, 2));
    unsafe { *elements.memory.data.cast::<f64>() = 10.0 };
    let mut y = [0.0_f64];
    changing.result(&mut y);
    assert_eq!((y[0], x[0]), (11.0, 1.0));
    let reading = Bound::new(variant("shared"), &[memory_of(&mut x)]);
    assert!(reading.elements().memory.data.is_null());
}

#[test]
fn what_was_prepared_reports_and_lives_until_it_is_released() {
    let (mut x, mut y, mut metrics) = ([1.0_f64, 2.0], [0.0_f64], Vec::<(String, f64)>::new());
    let report = Argument { data: std::ptr::from_mut(&mut metrics).cast(), count: 0 };
    let arguments = [memory_of(&mut x), report, memory_of(&mut y)];
    let bound = Bound::new(variant("boxed"), &arguments);
    bound.invoke();
    bound.invoke();
    assert!(bound.elements().memory.data.is_null(), "a box is no row of elements");
    assert_eq!(ALIVE.with_borrow(Rc::strong_count), 2);
    drop(bound);
    assert_eq!(ALIVE.with_borrow(Rc::strong_count), 1);
    assert_eq!((y[0], metrics), (5.0, vec![("sum_count".into(), 3.0)]));
}

#[test]
fn functions_may_be_generic() {
    let (mut x, mut y) = ([1.0_f64], [0.0_f64]);
    Bound::new(variant("generic"), &[memory_of(&mut x)]).result(&mut y);
    assert_eq!(y, [5.0]);
}
