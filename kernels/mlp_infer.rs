// mlp_infer in Rust; kernels/mlp_infer.cpp describes it.
const PIXELS: usize = 64;
const DIGITS: usize = 10;

fn apply_layer(x: &[f32], w: &[f32], b: &[f32]) -> Vec<f32> {
    let mut y = b.to_vec();
    for (x, w) in x.iter().zip(w.chunks_exact(b.len())) {
        for (y, w) in y.iter_mut().zip(w) {
            *y = x.mul_add(*w, *y);
        }
    }
    y
}

fn rectified(mut values: Vec<f32>) -> Vec<f32> {
    for value in &mut values {
        *value = value.max(0.0);
    }
    values
}

fn softmax(scores: &[f32], probabilities: &mut [f32]) {
    let largest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    for (probability, score) in probabilities.iter_mut().zip(scores) {
        *probability = (score - largest).exp();
    }
    let total: f32 = probabilities.iter().sum();
    for probability in probabilities {
        *probability /= total;
    }
}

// One sample after the other.
#[allow(clippy::too_many_arguments)] // one for each field of the model
fn loops(
    x: &[f32],
    w1: &[f32],
    b1: &[f32],
    w2: &[f32],
    b2: &[f32],
    w3: &[f32],
    b3: &[f32],
    probabilities: &mut [f32],
) {
    for (x, probabilities) in x.chunks_exact(PIXELS).zip(probabilities.chunks_exact_mut(DIGITS)) {
        let hidden = rectified(apply_layer(x, w1, b1));
        let hidden = rectified(apply_layer(&hidden, w2, b2));
        softmax(&apply_layer(&hidden, w3, b3), probabilities);
    }
}

gapmeter::variants! {
    "loops" => loops(x, w1, b1, w2, b2, w3, b3, probabilities);
}
