// Sums of f64, for kernels whose subject is how the numbers are held and not how they are added:
// those of kernels/sums.h.
#![allow(dead_code)] // of each kernel that includes this, in the others

// One addition after the other, as IEEE arithmetic demands.
pub fn in_order(x: &[f64]) -> f64 {
    x.iter().sum()
}

// The sum of term(x[i]), reordered for vectors: as many independent sums as four of the widest have
// elements, so that one addition need not wait for the other.
pub fn reassociated<T>(x: &[T], term: impl Fn(&T) -> f64) -> f64 {
    let mut totals = [0.0; 32];
    let chunks = x.chunks_exact(totals.len());
    let rest = chunks.remainder();
    for chunk in chunks {
        for (total, value) in totals.iter_mut().zip(chunk) {
            *total += term(value);
        }
    }
    totals.iter().sum::<f64>() + rest.iter().map(term).sum::<f64>()
}
