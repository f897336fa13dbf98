// linear_batch with ndarray, on views of the same memory; its own matrix multiplication.
use ndarray::linalg::general_mat_mul;
use ndarray::{ArrayView1, ArrayView2, ArrayViewMut2, ShapeError};

fn layer(x: &[f32], w: &[f32], b: &[f32], n: usize, y: &mut [f32]) -> Result<(), ShapeError> {
    let x = ArrayView2::from_shape((n, n), x)?;
    let w = ArrayView2::from_shape((n, n), w)?;
    let mut y = ArrayViewMut2::from_shape((n, n), y)?;
    y.assign(&ArrayView1::from(b));
    general_mat_mul(1.0, &x, &w, 1.0, &mut y);
    Ok(())
}

gapmeter::variants! {
    "ndarray" => layer(x, w, b, n, y);
}
