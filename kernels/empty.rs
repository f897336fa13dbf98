// empty in Rust; kernels/empty.cpp describes it.
fn nothing() {}

gapmeter::variants! {
    "nothing" => nothing();
}
