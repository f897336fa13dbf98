// linear_batch in Rust; kernels/linear_batch.cpp describes it.
#[path = "shared/linear_layer.rs"]
mod linear_layer;
#[path = "shared/simd.rs"]
mod simd;

use linear_layer::Packed;

// The textbook's loops.
fn loops(x: &[f32], w: &[f32], b: &[f32], n: usize, y: &mut [f32]) {
    for i in 0..n {
        for j in 0..n {
            let mut total = b[j];
            for k in 0..n {
                total += x[i * n + k] * w[k * n + j];
            }
            y[i * n + j] = total;
        }
    }
}

// Row by row of W; the compiler vectorises this.
fn rows(x: &[f32], w: &[f32], b: &[f32], n: usize, y: &mut [f32]) {
    for (x, y) in x.chunks_exact(n).zip(y.chunks_exact_mut(n)) {
        y.copy_from_slice(b);
        for (element, w) in x.iter().zip(w.chunks_exact(n)) {
            for (y, w) in y.iter_mut().zip(w) {
                *y = element.mul_add(*w, *y);
            }
        }
    }
}

struct Operands<'a> {
    x: &'a [f32],
    w: &'a [f32],
    b: &'a [f32],
    packed: Packed,
}

fn make_room<'a>(x: &'a [f32], w: &'a [f32], b: &'a [f32]) -> Operands<'a> {
    Operands { x, w, b, packed: Packed::room(b.len(), b.len()) }
}

fn blocked_simd(operands: &mut Operands, y: &mut [f32]) {
    operands.packed.pack(operands.w);
    linear_layer::apply(operands.x, &operands.packed, operands.b, y);
}

gapmeter::variants! {
    "loops" => loops(x, w, b, n, y);
    "rows" => rows(x, w, b, n, y);
    "blocked_simd" => make_room(x, w, b) then blocked_simd(y);
}
