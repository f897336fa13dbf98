// zero_cost in Rust; kernels/zero_cost.cpp describes it.

fn raw_loop(x: &[i64]) -> i64 {
    let mut total = 0;
    for &value in x {
        if value > 0 {
            total += value * value;
        }
    }
    total
}

fn iterator(x: &[i64]) -> i64 {
    x.iter().filter(|&&value| value > 0).map(|value| value * value).sum()
}

fn sum_mapped<W, M>(x: &[i64], is_wanted: &W, map: &M) -> i64
where
    W: Fn(i64) -> bool + ?Sized,
    M: Fn(i64) -> i64 + ?Sized,
{
    let mut total = 0;
    for &value in x {
        if is_wanted(value) {
            total += map(value);
        }
    }
    total
}

fn closure(x: &[i64]) -> i64 {
    sum_mapped(x, &|value| value > 0, &|value| value * value)
}

// The callee is only known at run time: it is made beforehand, so that the compiler can't look into
// it.
struct Erased<'a> {
    x: &'a [i64],
    is_wanted: Box<dyn Fn(i64) -> bool>,
    map: Box<dyn Fn(i64) -> i64>,
}

fn erase(x: &[i64]) -> Erased<'_> {
    Erased { x, is_wanted: Box::new(|value| value > 0), map: Box::new(|value| value * value) }
}

fn dyn_fn(erased: &Erased) -> i64 {
    sum_mapped(erased.x, &*erased.is_wanted, &*erased.map)
}

gapmeter::variants! {
    "raw_loop" => raw_loop(x);
    "iterator" => iterator(x);
    "closure" => closure(x);
    "dyn_fn" => erase(x) then dyn_fn();
}
