// A linear layer on a batch, y = x w + b in float32, with explicit vectors: what
// kernels/linear_layer-inl.h is in C++, with the same blocks. Who includes this includes
// shared/simd.rs as `simd`, too.
#![allow(dead_code)] // of each kernel that includes this, in the others

use std::ops::Range;

use super::simd::{self, LANES};

// Two vectors: a panel's columns.
const WIDTH: usize = 2 * LANES;
// Twelve accumulators in the sixteen registers of AVX2: enough to hide the latency of fused
// multiply-adds, with room for two vectors of W and one element of X.
const TILE_ROWS: usize = 6;
// Rows of a block of W: a panel of them stays in the first-level cache.
const BLOCK_DEPTH: usize = 256;
// Columns of a block of W, and rows of X that meet it: both stay in the second-level cache.
const BLOCK_COLUMNS: usize = 256;
const BLOCK_ROWS: usize = 96;

// W in the order in which it is read: block by block, and in each of them panels of WIDTH columns,
// row after row. Columns beyond W's last are 0.
pub struct Packed {
    values: Vec<f32>,
    features: usize,
    outputs: usize,
}

impl Packed {
    // Room for the weights of a layer.
    pub fn room(features: usize, outputs: usize) -> Self {
        let mut size = 0;
        visit_blocks(features, outputs, |depth, columns, at| {
            size = at + block_size(&depth, &columns)
        });
        Self { values: vec![0.0; size], features, outputs }
    }

    // Of w, which is features x outputs.
    pub fn new(w: &[f32], outputs: usize) -> Self {
        let mut packed = Self::room(w.len() / outputs, outputs);
        packed.pack(w);
        packed
    }

    pub fn pack(&mut self, w: &[f32]) {
        let outputs = self.outputs;
        visit_blocks(self.features, outputs, |depth, columns, at| {
            let block = &mut self.values[at..at + block_size(&depth, &columns)];
            let panels = block.chunks_exact_mut(depth.len() * WIDTH);
            for (panel, column) in panels.zip(columns.clone().step_by(WIDTH)) {
                let used = WIDTH.min(columns.end - column);
                for (k, to) in depth.clone().zip(panel.chunks_exact_mut(WIDTH)) {
                    to[..used].copy_from_slice(&w[k * outputs + column..][..used]);
                }
            }
        });
    }
}

fn block_size(depth: &Range<usize>, columns: &Range<usize>) -> usize {
    depth.len() * columns.len().next_multiple_of(WIDTH)
}

// Calls `visit` with every block of W: a range of its rows, a range of its columns, and where its
// packed values begin.
fn visit_blocks(
    features: usize,
    outputs: usize,
    mut visit: impl FnMut(Range<usize>, Range<usize>, usize),
) {
    let mut at = 0;
    for column in (0..outputs).step_by(BLOCK_COLUMNS) {
        let columns = column..outputs.min(column + BLOCK_COLUMNS);
        for k in (0..features).step_by(BLOCK_DEPTH) {
            let depth = k..features.min(k + BLOCK_DEPTH);
            let size = block_size(&depth, &columns);
            visit(depth, columns.clone(), at);
            at += size;
        }
    }
}

// y += x * panel for ROWS rows, which begin `x_stride` and `y_stride` elements apart, and WIDTH
// columns.
fn multiply_tile<const ROWS: usize>(
    x: &[f32],
    x_stride: usize,
    panel: &[f32],
    y: &mut [f32],
    y_stride: usize,
) {
    let depth = panel.len() / WIDTH;
    assert!(x.len() >= (ROWS - 1) * x_stride + depth);
    let mut left = [simd::zero(); ROWS];
    let mut right = [simd::zero(); ROWS];
    for row in 0..ROWS {
        left[row] = simd::load_at(y, row * y_stride);
        right[row] = simd::load_at(y, row * y_stride + LANES);
    }
    for (k, w) in panel.chunks_exact(WIDTH).enumerate() {
        let (w_left, w_right) = (simd::load_at(w, 0), simd::load_at(w, LANES));
        for row in 0..ROWS {
            // SAFETY: k < depth; the assertion above. A check for each element would be as much
            // work as the multiplications.
            let element = simd::set(unsafe { *x.get_unchecked(row * x_stride + k) });
            left[row] = simd::mul_add(element, w_left, left[row]);
            right[row] = simd::mul_add(element, w_right, right[row]);
        }
    }
    for row in 0..ROWS {
        simd::store_at(left[row], y, row * y_stride);
        simd::store_at(right[row], y, row * y_stride + LANES);
    }
}

fn multiply_rows(
    rows: usize,
    x: &[f32],
    x_stride: usize,
    panel: &[f32],
    y: &mut [f32],
    y_stride: usize,
) {
    match rows {
        1 => multiply_tile::<1>(x, x_stride, panel, y, y_stride),
        2 => multiply_tile::<2>(x, x_stride, panel, y, y_stride),
        3 => multiply_tile::<3>(x, x_stride, panel, y, y_stride),
        4 => multiply_tile::<4>(x, x_stride, panel, y, y_stride),
        5 => multiply_tile::<5>(x, x_stride, panel, y, y_stride),
        _ => multiply_tile::<TILE_ROWS>(x, x_stride, panel, y, y_stride),
    }
}

// y += x * (a panel of W) in some rows of x and y. Its columns fill the panel, except perhaps a last
// few.
fn multiply_panel(
    x: &[f32],
    weights: &Packed,
    y: &mut [f32],
    rows: Range<usize>,
    depth: &Range<usize>,
    columns: Range<usize>,
    panel: &[f32],
) {
    let (features, outputs) = (weights.features, weights.outputs);
    for row in rows.clone().step_by(TILE_ROWS) {
        let count = TILE_ROWS.min(rows.end - row);
        let x = &x[row * features + depth.start..];
        let y = &mut y[row * outputs + columns.start..];
        if columns.len() == WIDTH {
            multiply_rows(count, x, features, panel, y, outputs);
            continue;
        }
        let mut edge = [0.0; TILE_ROWS * WIDTH];
        for (edge, y) in edge.chunks_exact_mut(WIDTH).zip(y.chunks(outputs)).take(count) {
            edge[..columns.len()].copy_from_slice(&y[..columns.len()]);
        }
        multiply_rows(count, x, features, panel, &mut edge, WIDTH);
        for (edge, y) in edge.chunks_exact(WIDTH).zip(y.chunks_mut(outputs)).take(count) {
            y[..columns.len()].copy_from_slice(&edge[..columns.len()]);
        }
    }
}

// y = x w + b, row by row: x is batch x features, y batch x outputs. Blocked as by Goto and van de
// Geijn, "Anatomy of high-performance matrix multiplication" (2008), without packing X, whose rows
// are read in order anyway.
pub fn apply(x: &[f32], weights: &Packed, b: &[f32], y: &mut [f32]) {
    let (features, outputs) = (weights.features, weights.outputs);
    for y in y.chunks_exact_mut(outputs) {
        y.copy_from_slice(b);
    }
    let batch = y.len() / outputs;
    visit_blocks(features, outputs, |depth, columns, at| {
        let block = &weights.values[at..at + block_size(&depth, &columns)];
        for row in (0..batch).step_by(BLOCK_ROWS) {
            let rows = row..batch.min(row + BLOCK_ROWS);
            let panels = block.chunks_exact(depth.len() * WIDTH);
            for (panel, column) in panels.zip(columns.clone().step_by(WIDTH)) {
                let of_panel = column..columns.end.min(column + WIDTH);
                multiply_panel(x, weights, y, rows.clone(), &depth, of_panel, panel);
            }
        }
    });
}
