// norm in Rust; norm.cpp describes it.

// Rust variants are plain functions: they take the inputs as slices and return the output.
fn iterator(x: &[f64]) -> f64 {
    x.iter().map(|value| value * value).sum::<f64>().sqrt()
}

// Rust adds in the order that is written: with eight sums at once it may use vectors.
fn chunks(x: &[f64]) -> f64 {
    let mut totals = [0.0; 8];
    let chunks = x.chunks_exact(totals.len());
    let rest: f64 = chunks.remainder().iter().map(|value| value * value).sum();
    for chunk in chunks {
        for (total, value) in totals.iter_mut().zip(chunk) {
            *total += value * value;
        }
    }
    (totals.iter().sum::<f64>() + rest).sqrt()
}

// One line for each: its name, the function, and which inputs its parameters are.
gapmeter::variants! {
    "iterator" => iterator(x);
    "chunks" => chunks(x);
}
