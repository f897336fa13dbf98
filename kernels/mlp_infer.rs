// mlp_infer in Rust; kernels/mlp_infer.cpp describes it.
#[path = "shared/linear_layer.rs"]
mod linear_layer;
#[path = "shared/simd.rs"]
mod simd;

use linear_layer::Packed;

const PIXELS: usize = 64;
const FIRST: usize = 64;
const SECOND: usize = 32;
const DIGITS: usize = 10;
// Samples that go through all layers together: the intermediate results stay in the caches.
const SAMPLES_AT_ONCE: usize = 96;

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

// The weights in the order in which they are read, and room for what is between layers.
struct Network<'a> {
    x: &'a [f32],
    b: [&'a [f32]; 3],
    packed: [Packed; 3],
    hidden: [Vec<f32>; 2],
}

fn prepare<'a>(
    x: &'a [f32],
    w1: &[f32],
    b1: &'a [f32],
    w2: &[f32],
    b2: &'a [f32],
    w3: &[f32],
    b3: &'a [f32],
) -> Network<'a> {
    Network {
        x,
        b: [b1, b2, b3],
        packed: [Packed::new(w1, FIRST), Packed::new(w2, SECOND), Packed::new(w3, DIGITS)],
        hidden: [vec![0.0; SAMPLES_AT_ONCE * FIRST], vec![0.0; SAMPLES_AT_ONCE * SECOND]],
    }
}

// The number of values is a multiple of every vector: layers have 32 or 64 outputs.
fn rectify(values: &mut [f32]) {
    for values in values.chunks_exact_mut(simd::LANES) {
        simd::store_at(simd::max(simd::load_at(values, 0), simd::zero()), values, 0);
    }
}

fn exp_in_place(values: &mut [f32]) {
    // Below this, e^x is 0 beside the 1 of the largest score; a normal number is all that is needed.
    let least = simd::set(-87.0);
    let exp = |values: &mut [f32]| {
        let value = simd::max(simd::load_at(values, 0), least);
        let power = simd::mul(value, simd::set(std::f32::consts::LOG2_E));
        simd::store_at(simd::exp2(power), values, 0);
    };
    let mut vectors = values.chunks_exact_mut(simd::LANES);
    for values in &mut vectors {
        exp(values);
    }
    let rest = vectors.into_remainder();
    let mut padded = [0.0; simd::LANES];
    padded[..rest.len()].copy_from_slice(rest);
    exp(&mut padded);
    rest.copy_from_slice(&padded[..rest.len()]);
}

fn softmax_in_place(scores: &mut [f32]) {
    for scores in scores.chunks_exact_mut(DIGITS) {
        let largest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        for score in scores {
            *score -= largest;
        }
    }
    exp_in_place(scores);
    for powers in scores.chunks_exact_mut(DIGITS) {
        let scale = 1.0 / powers.iter().sum::<f32>();
        for power in powers {
            *power *= scale;
        }
    }
}

fn explicit(network: &mut Network, probabilities: &mut [f32]) {
    let [b1, b2, b3] = network.b;
    let [w1, w2, w3] = &network.packed;
    let [hidden1, hidden2] = &mut network.hidden;
    let images = network.x.chunks(SAMPLES_AT_ONCE * PIXELS);
    for (x, out) in images.zip(probabilities.chunks_mut(SAMPLES_AT_ONCE * DIGITS)) {
        let samples = x.len() / PIXELS;
        let hidden1 = &mut hidden1[..samples * FIRST];
        let hidden2 = &mut hidden2[..samples * SECOND];
        linear_layer::apply(x, w1, b1, hidden1);
        rectify(hidden1);
        linear_layer::apply(hidden1, w2, b2, hidden2);
        rectify(hidden2);
        linear_layer::apply(hidden2, w3, b3, out);
        softmax_in_place(out);
    }
}

gapmeter::variants! {
    "loops" => loops(x, w1, b1, w2, b2, w3, b3, probabilities);
    "simd" => prepare(x, w1, b1, w2, b2, w3, b3) then explicit(probabilities);
}
