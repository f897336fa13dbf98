// parallel_sum in Rust; kernels/parallel_sum.cpp describes it.
use std::thread;

#[path = "shared/sums.rs"]
mod sums;

fn sum(x: &[f64]) -> f64 {
    sums::reassociated(x, |&value| value)
}

// The standard library has no pool: each call starts its threads and waits for them. The calling
// thread takes a part itself.
fn scoped(x: &[f64], threads: i32) -> f64 {
    let size = x.len().div_ceil(threads as usize).max(1);
    let mut parts = x.chunks(size);
    let first = parts.next().unwrap_or(&[]);
    thread::scope(|scope| {
        let others: Vec<_> = parts.map(|part| scope.spawn(|| sum(part))).collect();
        let total = sum(first);
        others.into_iter().fold(total, |total, part| total + part.join().expect("a sum"))
    })
}

gapmeter::variants! {
    "one_thread" for "one thread" => sum(x);
    "scoped_threads" => scoped(x, threads);
}
