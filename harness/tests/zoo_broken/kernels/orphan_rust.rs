// orphan_rust: no .cpp describes it.
fn nothing() {}

gapmeter::variants! {
    "nothing" => nothing();
}
