// failing in Rust: functions that end without a result.
use std::fmt;
use std::thread;

// With a text made on the spot.
fn panics(x: &[f32]) -> Vec<f32> {
    vec![x[x.len()]]
}

// With a payload that is no text.
fn panics_with_number(_x: &[f32]) -> Vec<f32> {
    std::panic::panic_any(42)
}

// In a thread, whose panic the scope passes on.
fn panics_in_thread(x: &[f32]) -> Vec<f32> {
    thread::scope(|scope| scope.spawn(|| panic!("alone in its thread")).join().ok());
    thread::scope(|scope| {
        scope.spawn(|| panic!("alone in its thread"));
    });
    x.to_vec()
}

fn fails(_x: &[f32]) -> Result<Vec<f32>, fmt::Error> {
    Err(fmt::Error)
}

fn prepare_panics(_x: &[f32]) -> f32 {
    panic!("nothing to prepare")
}
fn prepare_fails(x: &[f32]) -> Result<f32, String> {
    Err(format!("{} is not enough", x.len()))
}
fn never_called(_prepared: &f32) -> Vec<f32> {
    Vec::new()
}

// While it unwinds from another panic, which ends the process.
struct PanicsAgain;
impl Drop for PanicsAgain {
    fn drop(&mut self) {
        panic!("again");
    }
}
fn panics_twice(_x: &[f32]) -> Vec<f32> {
    let _again = PanicsAgain;
    panic!("once");
}

// Asks for more memory than an address space holds.
fn exhausts(x: &[f32]) -> Vec<f32> {
    let mut all = x.to_vec();
    all.reserve_exact(1 << 60);
    all
}

gapmeter::variants! {
    "panics" => panics(x);
    "panics_with_number" => panics_with_number(x);
    "panics_in_thread" => panics_in_thread(x);
    "fails" => fails(x);
    "prepare_panics" => prepare_panics(x) then never_called();
    "prepare_fails" => prepare_fails(x) then never_called();
    "panics_twice" => panics_twice(x);
    "exhausts" => exhausts(x);
}
