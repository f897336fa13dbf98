// linear_batch in Rust; kernels/linear_batch.cpp describes it.

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

gapmeter::variants! {
    "loops" => loops(x, w, b, n, y);
    "rows" => rows(x, w, b, n, y);
}
