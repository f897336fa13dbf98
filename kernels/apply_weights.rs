// apply_weights in Rust; kernels/apply_weights.cpp describes it. Rust fuses multiplication and
// addition only where `mul_add` says so.
#[path = "shared/simd.rs"]
mod simd;

// The output is allocated once per call, with the input's length.
fn alloc(inp: &[f32], w: &[f32], bias: f32) -> Vec<f32> {
    inp.iter().zip(w).map(|(x, w)| x * w + bias).collect()
}

// As one may write it at first: the output grows.
fn push(inp: &[f32], w: &[f32], bias: f32) -> Vec<f32> {
    let mut out = Vec::new();
    for (x, w) in inp.iter().zip(w) {
        out.push(x * w + bias);
    }
    out
}

// Every index is checked.
#[allow(clippy::needless_range_loop)] // the index is the subject
fn indexed(inp: &[f32], w: &[f32], bias: f32, out: &mut [f32]) {
    for i in 0..out.len() {
        out[i] = inp[i] * w[i] + bias;
    }
}

// Zipped iteration, as the article prints it: no index, hence nothing to check.
fn zipped(inp: &[f32], w: &[f32], bias: f32, out: &mut [f32]) {
    for ((out, x), w) in out.iter_mut().zip(inp).zip(w) {
        *out = x * w + bias;
    }
}

// Through raw pointers, of which the compiler can't know that they don't overlap; slices never do.
fn may_alias(inp: &[f32], w: &[f32], bias: f32, out: &mut [f32]) {
    assert!(inp.len() == out.len() && w.len() == out.len());
    let (inp, w, count, out) = (inp.as_ptr(), w.as_ptr(), out.len(), out.as_mut_ptr());
    for i in 0..count {
        // SAFETY: each of the three has so many elements.
        unsafe { *out.add(i) = *inp.add(i) * *w.add(i) + bias };
    }
}

// Rounded once, as C++ compilers do by themselves.
fn mul_add(inp: &[f32], w: &[f32], bias: f32, out: &mut [f32]) {
    for ((out, x), w) in out.iter_mut().zip(inp).zip(w) {
        *out = x.mul_add(*w, bias);
    }
}

// One vector of results at a time, fused; `put` writes it.
fn by_vectors(
    inp: &[f32],
    w: &[f32],
    bias: f32,
    out: &mut [f32],
    put: fn(simd::Vector, &mut [f32], usize),
) {
    const CHUNK: usize = 4 * simd::LANES;
    let biases = simd::set(bias);
    let mut outs = out.chunks_exact_mut(CHUNK);
    let (inps, ws) = (inp.chunks_exact(CHUNK), w.chunks_exact(CHUNK));
    let (inp_rest, w_rest) = (inps.remainder(), ws.remainder());
    for ((out, x), w) in (&mut outs).zip(inps).zip(ws) {
        for at in (0..CHUNK).step_by(simd::LANES) {
            put(simd::mul_add(simd::load_at(x, at), simd::load_at(w, at), biases), out, at);
        }
    }
    zipped(inp_rest, w_rest, bias, outs.into_remainder());
}

fn explicit(inp: &[f32], w: &[f32], bias: f32, out: &mut [f32]) {
    // Beyond the caches a normal store would first read the line that it is about to overwrite.
    const CACHED_BYTES: usize = 16 << 20;
    if 3 * size_of_val(out) < CACHED_BYTES {
        return by_vectors(inp, w, bias, out, simd::store_at);
    }
    let start = simd::first_aligned(out).min(out.len());
    let (first, rest) = out.split_at_mut(start);
    zipped(&inp[..start], &w[..start], bias, first);
    by_vectors(&inp[start..], &w[start..], bias, rest, simd::stream_at);
    simd::fence();
}

gapmeter::variants! {
    "alloc" => alloc(inp, w, bias);
    "push" => push(inp, w, bias);
    "checked" for "into" => indexed(inp, w, bias, out);
    "zipped" for "into" => zipped(inp, w, bias, out);
    "may_alias" for "into" => may_alias(inp, w, bias, out);
    "mul_add" for "into" => mul_add(inp, w, bias, out);
    "simd" for "into" => explicit(inp, w, bias, out);
}
