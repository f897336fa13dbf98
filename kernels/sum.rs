// sum in Rust; kernels/sum.cpp describes it.
#[path = "shared/simd.rs"]
mod simd;

// One addition after the other, as IEEE arithmetic demands: the compiler may not vectorise it.
fn iter_sum(x: &[f32]) -> f32 {
    x.iter().sum()
}

// With the bounds check that an index asks for, unless the compiler sees that it can't fail.
fn indexed(x: &[f32]) -> f32 {
    let mut total = 0.0;
    #[allow(clippy::needless_range_loop)] // the index is the subject
    for i in 0..x.len() {
        total += x[i];
    }
    total
}

// The reordering that Rust does not offer by a word, written out: as many sums as four of the widest
// vectors have elements. More of them the compiler would keep in memory.
fn chunks(x: &[f32]) -> f32 {
    let mut totals = [0.0; 64];
    let chunks = x.chunks_exact(totals.len());
    let rest = chunks.remainder();
    for chunk in chunks {
        for (total, value) in totals.iter_mut().zip(chunk) {
            *total += value;
        }
    }
    totals.iter().sum::<f32>() + rest.iter().sum::<f32>()
}

// Eight accumulators, as native/simd has.
fn explicit(x: &[f32]) -> f32 {
    const ACCUMULATORS: usize = 8;
    let mut totals = [simd::zero(); ACCUMULATORS];
    let chunks = x.chunks_exact(ACCUMULATORS * simd::LANES);
    let rest = chunks.remainder();
    for chunk in chunks {
        for (i, total) in totals.iter_mut().enumerate() {
            *total = simd::add(*total, simd::load_at(chunk, i * simd::LANES));
        }
    }
    let all = totals.into_iter().fold(simd::zero(), simd::add);
    simd::total(all) + rest.iter().sum::<f32>()
}

fn f64(x: &[f32]) -> f32 {
    x.iter().map(|&value| f64::from(value)).sum::<f64>() as f32
}

gapmeter::variants! {
    "strict" => iter_sum(x);
    "indexed" => indexed(x);
    "reassociated" => chunks(x);
    "simd" => explicit(x);
    "f64" => f64(x);
}
