// rust_reference: what the others are verified against.
fn right(x: &[f32]) -> Vec<f32> {
    x.iter().map(|value| 2.0 * value).collect()
}

gapmeter::variants! {
    "right" => right(x);
}
