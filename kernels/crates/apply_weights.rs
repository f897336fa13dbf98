// apply_weights with ndarray, on views of the same memory.
use ndarray::{ArrayView1, ArrayViewMut1, Zip};

// As it is usually written: the product is a new array, to which the bias is added in place.
fn operators(inp: &[f32], w: &[f32], bias: f32) -> Vec<f32> {
    let out = &ArrayView1::from(inp) * &ArrayView1::from(w) + bias;
    out.into_raw_vec_and_offset().0
}

fn zip(inp: &[f32], w: &[f32], bias: f32, out: &mut [f32]) {
    let (inp, w) = (ArrayView1::from(inp), ArrayView1::from(w));
    Zip::from(ArrayViewMut1::from(out)).and(inp).and(w).for_each(|out, x, w| *out = x * w + bias);
}

gapmeter::variants! {
    "ndarray" => operators(inp, w, bias);
    "ndarray_zip" for "into" => zip(inp, w, bias, out);
}
