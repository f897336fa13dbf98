// custom_op in Rust; kernels/custom_op.cpp describes it.
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

gapmeter::variants! {
    "pieces" => pieces(x, r, gamma, beta);
    "fused_alloc" => fused_alloc(x, r, gamma, beta);
    "fused" for "into" => fused(x, r, gamma, beta, y);
}
