// binding in Rust; kernels/binding.cpp describes it.
#[path = "shared/sums.rs"]
mod sums;

fn direct(x: &[f64]) -> f64 {
    sums::reassociated(x, |value| value * value)
}

gapmeter::variants! {
    "direct" => direct(x);
}
