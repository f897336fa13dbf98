// slice_view in Rust; kernels/slice_view.cpp describes it.
#[path = "shared/sums.rs"]
mod sums;

fn middle(x: &[f64]) -> &[f64] {
    &x[x.len() / 4..x.len() - x.len() / 4]
}

// Not inlined: the caller of another crate's function has to make the argument that it takes.
#[inline(never)]
fn sum_of_slice(values: &[f64]) -> f64 {
    sums::reassociated(values, |&value| value)
}
#[inline(never)]
fn sum_of_vec(values: Vec<f64>) -> f64 {
    sums::reassociated(&values, |&value| value)
}

fn slice(x: &[f64]) -> f64 {
    sum_of_slice(middle(x))
}

fn owned(x: &[f64]) -> f64 {
    sum_of_vec(middle(x).to_vec())
}

gapmeter::variants! {
    "owned" => owned(x);
    "span" for "view" => slice(x);
}
