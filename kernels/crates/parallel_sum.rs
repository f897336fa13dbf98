// parallel_sum with rayon, whose threads wait for work beforehand.
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};

#[path = "../shared/sums.rs"]
mod sums;

struct Work<'a> {
    x: &'a [f64],
    pool: ThreadPool,
}

fn start(x: &[f64], threads: i32) -> Result<Work<'_>, ThreadPoolBuildError> {
    Ok(Work { x, pool: ThreadPoolBuilder::new().num_threads(threads as usize).build()? })
}

fn sum(work: &Work) -> f64 {
    const GRAIN: usize = 4096; // a microsecond or two
    let sum_part = |part: &[f64]| sums::reassociated(part, |&value| value);
    work.pool.install(|| work.x.par_chunks(GRAIN).map(sum_part).sum())
}

gapmeter::variants! {
    "rayon" => start(x, threads) then sum();
}
