// object_size in Rust; kernels/object_size.cpp describes it.
use gapmeter::{Report, keep};

fn report_size<'a, T>(x: &'a [f64], report: &mut Report) -> &'a [f64] {
    report.add("element_bytes", size_of::<T>() as f64);
    x
}

fn vector<T>(x: &[f64], element: impl Fn(f64) -> T, last: impl Fn(&T) -> f64) -> f64 {
    let values: Vec<T> = x.iter().map(|&value| element(value)).collect();
    keep(&values);
    values.last().map_or(0.0, last)
}

fn floats(x: &&[f64]) -> f64 {
    vector(x, |value| value as f32, |&last| f64::from(last))
}
fn doubles(x: &&[f64]) -> f64 {
    vector(x, |value| value, |&last| last)
}
fn integers(x: &&[f64]) -> f64 {
    vector(x, |value| value as i64, |&last| last as f64)
}
fn boxes(x: &&[f64]) -> f64 {
    vector(x, Box::new, |last| **last)
}

gapmeter::variants! {
    "f32" for "float32" => report_size::<f32>(x, report) then floats();
    "f64" => report_size::<f64>(x, report) then doubles();
    "i64" for "int" => report_size::<i64>(x, report) then integers();
    "box" => report_size::<Box<f64>>(x, report) then boxes();
}
