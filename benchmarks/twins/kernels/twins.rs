// twins in Rust: the machine code that C++ has, too.
unsafe extern "C" {
    fn gapmeter_twins_sum(x: *const f64, count: usize) -> f64;
}

fn shared(x: &[f64]) -> f64 {
    // SAFETY: it reads the slice.
    unsafe { gapmeter_twins_sum(x.as_ptr(), x.len()) }
}

gapmeter::variants! {
    "shared" => shared(x);
}
