// growth in Rust; kernels/growth.cpp describes it.

fn push(x: &[f64]) -> Vec<f64> {
    let mut out = Vec::new();
    for value in x {
        out.push(2.0 * value);
    }
    out
}

fn with_capacity(x: &[f64]) -> Vec<f64> {
    let mut out = Vec::with_capacity(x.len());
    for value in x {
        out.push(2.0 * value);
    }
    out
}

fn presized(x: &[f64]) -> Vec<f64> {
    let mut out = vec![0.0; x.len()];
    for (out, value) in out.iter_mut().zip(x) {
        *out = 2.0 * value;
    }
    out
}

// The iterator knows its length, so that this allocates once and checks nothing.
fn collect(x: &[f64]) -> Vec<f64> {
    x.iter().map(|value| 2.0 * value).collect()
}

gapmeter::variants! {
    "push" => push(x);
    "reserve" for "at once" => with_capacity(x);
    "presized" for "at once" => presized(x);
    "collect" for "at once" => collect(x);
}
