// boxed in Rust; kernels/boxed.cpp describes it.
use std::ops::Deref;
use std::rc::Rc;
use std::sync::Arc;

use gapmeter::keep;

#[path = "shared/sums.rs"]
mod sums;
use sums::in_order;

fn by_value_simd(x: &[f64]) -> f64 {
    sums::reassociated(x, |&value| value)
}

fn boxes<P: From<f64>>(x: &[f64]) -> Vec<P> {
    x.iter().map(|&value| P::from(value)).collect()
}

fn sum_borrowed<P: Deref<Target = f64>>(boxes: &Vec<P>) -> f64 {
    boxes.iter().map(|value| **value).sum()
}

// As a function does that takes the handle by value.
fn sum_cloned<P: Deref<Target = f64> + Clone>(boxes: &Vec<P>) -> f64 {
    let mut total = 0.0;
    for value in boxes {
        let copy = value.clone();
        keep(&copy);
        total += *copy;
    }
    total
}

gapmeter::variants! {
    "by_value" for "values" => in_order(x);
    "by_value_simd" for "values" => by_value_simd(x);
    "box" => boxes::<Box<f64>>(x) then sum_borrowed::<Box<f64>>();
    "rc_borrowed" => boxes::<Rc<f64>>(x) then sum_borrowed::<Rc<f64>>();
    "rc_cloned" => boxes::<Rc<f64>>(x) then sum_cloned::<Rc<f64>>();
    "arc_borrowed" => boxes::<Arc<f64>>(x) then sum_borrowed::<Arc<f64>>();
    "arc_cloned" => boxes::<Arc<f64>>(x) then sum_cloned::<Arc<f64>>();
}
