// signatures in Rust: functions that don't fit the declared inputs and outputs, by name or by type.

// Another element type.
fn doubles(x: &[f64]) -> Vec<f32> {
    x.iter().map(|&value| value as f32).collect()
}

// Fits, but for its declaration.
fn into(x: &[f32], y: &mut [f32]) {
    y.copy_from_slice(x);
}

fn nothing(_x: &[f32]) {}

gapmeter::variants! {
    "doubles" => doubles(x);
    "unknown_name" => into(input, y);
    "swapped" => into(y, x);
    "nothing" => nothing(x);
}
