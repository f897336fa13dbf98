// pointer_chase in Rust; kernels/pointer_chase.cpp describes it.
#[path = "shared/sums.rs"]
mod sums;

fn contiguous_simd(x: &[f64]) -> f64 {
    sums::reassociated(x, |&value| value)
}

fn boxed(x: &[f64]) -> Vec<Box<f64>> {
    x.iter().map(|&value| Box::new(value)).collect()
}

// The boxes in another order than that of their allocation.
fn boxed_shuffled(x: &[f64], order: &[i64]) -> Vec<Box<f64>> {
    let mut boxes: Vec<_> = boxed(x).into_iter().map(Some).collect();
    order.iter().map(|&i| boxes[i as usize].take().expect("a permutation")).collect()
}

fn sum_boxes(boxes: &Vec<Box<f64>>) -> f64 {
    boxes.iter().map(|value| **value).sum()
}

use sums::in_order;

gapmeter::variants! {
    "contiguous" for "contiguous" => in_order(x);
    "contiguous_simd" for "contiguous" => contiguous_simd(x);
    "in_order" => boxed(x) then sum_boxes();
    "shuffled" for "shuffled" => boxed_shuffled(x, order) then sum_boxes();
}
