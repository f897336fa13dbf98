// custom_op in Rust; kernels/custom_op.cpp describes it.
#[path = "shared/simd.rs"]
mod simd;

use std::array::from_fn;

use simd::{LANES, Vector};

const WIDTH: usize = 512;
const EPSILON: f32 = 1e-5;
const MINUS_TWO_ROOT: f32 = -1.595_769_1;
const CUBIC: f32 = 0.044715;

fn gelu(h: f32) -> f32 {
    h / (1.0 + (MINUS_TWO_ROOT * (h + CUBIC * h * h * h)).exp())
}

// One row after the other.
fn fused(x: &[f32], r: &[f32], gamma: &[f32], beta: &[f32], y: &mut [f32]) {
    let mut sums = [0.0; WIDTH];
    let rows = x.chunks_exact(WIDTH).zip(r.chunks_exact(WIDTH));
    for ((x, r), y) in rows.zip(y.chunks_exact_mut(WIDTH)) {
        for ((sum, x), r) in sums.iter_mut().zip(x).zip(r) {
            *sum = x + r;
        }
        let mean = sums.iter().sum::<f32>() / WIDTH as f32;
        let squares: f32 = sums.iter().map(|sum| (sum - mean) * (sum - mean)).sum();
        let scale = 1.0 / (squares / WIDTH as f32 + EPSILON).sqrt();
        for (((y, sum), gamma), beta) in y.iter_mut().zip(&sums).zip(gamma).zip(beta) {
            *y = gelu((sum - mean) * scale * gamma + beta);
        }
    }
}

// As one would compose it from a library's operations: each of them is a pass over memory.
fn pieces(x: &[f32], r: &[f32], gamma: &[f32], beta: &[f32]) -> Vec<f32> {
    let sums: Vec<f32> = x.iter().zip(r).map(|(x, r)| x + r).collect();
    let rows = || sums.chunks_exact(WIDTH);
    let means: Vec<f32> = rows().map(|row| row.iter().sum::<f32>() / WIDTH as f32).collect();
    let scale = |(row, mean): (&[f32], &f32)| {
        let squares: f32 = row.iter().map(|value| (value - mean) * (value - mean)).sum();
        1.0 / (squares / WIDTH as f32 + EPSILON).sqrt()
    };
    let scales: Vec<f32> = rows().zip(&means).map(scale).collect();
    let mut normal = Vec::with_capacity(x.len());
    for ((row, mean), scale) in rows().zip(&means).zip(&scales) {
        let columns = row.iter().zip(gamma).zip(beta);
        normal.extend(columns.map(|((value, gamma), beta)| (value - mean) * scale * gamma + beta));
    }
    normal.iter().map(|&h| gelu(h)).collect()
}

fn fused_alloc(x: &[f32], r: &[f32], gamma: &[f32], beta: &[f32]) -> Vec<f32> {
    let mut y = vec![0.0; x.len()];
    fused(x, r, gamma, beta, &mut y);
    y
}

// x + r of a row, and its sum.
fn add_up(x: &[f32], r: &[f32], sums: &mut [f32]) -> f32 {
    let mut totals = [simd::zero(); 2];
    for at in (0..WIDTH).step_by(2 * LANES) {
        for (i, total) in totals.iter_mut().enumerate() {
            let sum = simd::add(simd::load_at(x, at + i * LANES), simd::load_at(r, at + i * LANES));
            simd::store_at(sum, sums, at + i * LANES);
            *total = simd::add(*total, sum);
        }
    }
    simd::total(simd::add(totals[0], totals[1]))
}

fn squares_from(mean: f32, sums: &[f32]) -> f32 {
    let mean = simd::set(mean);
    let mut totals = [simd::zero(); 2];
    for at in (0..WIDTH).step_by(2 * LANES) {
        for (i, total) in totals.iter_mut().enumerate() {
            let from_mean = simd::sub(simd::load_at(sums, at + i * LANES), mean);
            *total = simd::mul_add(from_mean, from_mean, *total);
        }
    }
    simd::total(simd::add(totals[0], totals[1]))
}

// 1 + exp(-2 z) of GELU's z. The power of 2 is clamped to a normal number: beyond, 1 plus it, or h
// divided by it, has the same value.
fn divisor(h: Vector) -> Vector {
    const LOG2_E: f32 = std::f32::consts::LOG2_E;
    let cubic = simd::set(LOG2_E * MINUS_TWO_ROOT * CUBIC);
    let slope = simd::mul_add(simd::mul(h, h), cubic, simd::set(LOG2_E * MINUS_TWO_ROOT));
    let power = simd::min(simd::max(simd::mul(h, slope), simd::set(-126.0)), simd::set(126.0));
    simd::add(simd::set(1.0), simd::exp2(power))
}

// Four vectors go through each step together: a processor looks only some dozens of operations ahead
// for one that is ready, and within one vector each operation waits for the one before.
fn activate(
    sums: &[f32],
    mean: f32,
    scale: f32,
    gamma: &[f32],
    beta: &[f32],
    put: impl FnMut(Vector, usize),
) {
    const TOGETHER: usize = 4;
    let mut put = put;
    let (scales, shift) = (simd::set(scale), simd::set(-mean * scale));
    for at in (0..WIDTH).step_by(TOGETHER * LANES) {
        let place = |i: usize| at + i * LANES;
        let h: [Vector; TOGETHER] = from_fn(|i| {
            let normal = simd::mul_add(simd::load_at(sums, place(i)), scales, shift);
            simd::mul_add(normal, simd::load_at(gamma, place(i)), simd::load_at(beta, place(i)))
        });
        let divisors = h.map(divisor);
        for i in 0..TOGETHER {
            put(simd::div(h[i], divisors[i]), place(i));
        }
    }
}

fn fused_simd(x: &[f32], r: &[f32], gamma: &[f32], beta: &[f32], y: &mut [f32]) {
    // Beyond the caches a normal store would first read the line that it is about to overwrite.
    const CACHED_BYTES: usize = 8 << 20;
    let streams = size_of_val(y) >= CACHED_BYTES && simd::is_aligned(y);
    let mut sums = [0.0; WIDTH];
    let rows = x.chunks_exact(WIDTH).zip(r.chunks_exact(WIDTH));
    for ((x, r), y) in rows.zip(y.chunks_exact_mut(WIDTH)) {
        let mean = add_up(x, r, &mut sums) / WIDTH as f32;
        let variance = squares_from(mean, &sums) / WIDTH as f32;
        let scale = 1.0 / (variance + EPSILON).sqrt();
        if streams {
            activate(&sums, mean, scale, gamma, beta, |value, at| simd::stream_at(value, y, at));
        } else {
            activate(&sums, mean, scale, gamma, beta, |value, at| simd::store_at(value, y, at));
        }
    }
    if streams {
        simd::fence();
    }
}

fn fused_simd_alloc(x: &[f32], r: &[f32], gamma: &[f32], beta: &[f32]) -> Vec<f32> {
    let mut y = vec![0.0; x.len()];
    fused_simd(x, r, gamma, beta, &mut y);
    y
}

gapmeter::variants! {
    "pieces" => pieces(x, r, gamma, beta);
    "fused_alloc" => fused_alloc(x, r, gamma, beta);
    "fused_simd_alloc" => fused_simd_alloc(x, r, gamma, beta);
    "fused" for "into" => fused(x, r, gamma, beta, y);
    "fused_simd" for "into" => fused_simd(x, r, gamma, beta, y);
}
