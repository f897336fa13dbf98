// inplace in Rust.
fn right(x: &[f32], y: &mut [f32]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += x;
    }
}

// Refuses what another call has changed already.
fn insists(x: &[f32], y: &mut [f32]) {
    assert_eq!(y[0], y.len() as f32, "somebody was here before");
    right(x, y);
}

// Adds half of what it prepared, twice.
fn halves(x: &[f32]) -> Vec<f32> {
    x.iter().map(|value| value / 2.0).collect()
}
fn adds_halves(half: &Vec<f32>, y: &mut [f32]) {
    right(half, y);
    right(half, y);
}

// Forgets the last element.
fn forgets(x: &[f32], y: &mut [f32]) {
    right(x, &mut y[..x.len() - 1]);
}

gapmeter::variants! {
    "right" => right(x, y);
    "insists" => insists(x, y);
    "halves" => halves(x) then adds_halves(y);
    "forgets" => forgets(x, y);
}
