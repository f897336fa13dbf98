// sum with ndarray, on a view of the same memory.
use ndarray::ArrayView1;

fn sum(x: &[f32]) -> f32 {
    ArrayView1::from(x).sum()
}

gapmeter::variants! {
    "ndarray" => sum(x);
}
