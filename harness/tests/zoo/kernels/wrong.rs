// wrong in Rust: functions that return something else than the reference.
use std::sync::atomic::{AtomicU32, Ordering};

fn right(x: &[f32]) -> Vec<f32> {
    x.iter().map(|value| 2.0 * value).collect()
}

// One element is off by a little, at every size.
fn value(x: &[f32]) -> Vec<f32> {
    let mut y = right(x);
    y[0] += 0.5;
    y
}

// One element too few.
fn length(x: &[f32]) -> Vec<f32> {
    right(&x[1..])
}

// Right in the first call only.
fn second_call(x: &[f32]) -> Vec<f32> {
    static CALLS: AtomicU32 = AtomicU32::new(0);
    let mut y = right(x);
    y[0] += CALLS.fetch_add(1, Ordering::Relaxed) as f32;
    y
}

// Doubles what it prepared where it is.
fn own(x: &[f32]) -> Vec<f32> {
    x.to_vec()
}
fn consumes(own: &mut Vec<f32>) -> Vec<f32> {
    own.iter_mut().for_each(|value| *value *= 2.0);
    own.clone()
}

// Writes to what it prepared, before it reads it: right in every call.
fn room(x: &[f32]) -> Vec<f32> {
    vec![0.0; x.len()]
}
fn fills_room(room: &mut Vec<f32>, x: &[f32]) -> Vec<f32> {
    room.copy_from_slice(x);
    right(room)
}

gapmeter::variants! {
    "right" => right(x);
    "value" => value(x);
    "length" => length(x);
    "second_call" => second_call(x);
    "consumes" => own(x) then consumes();
    "fills_room" => room(x) then fills_room(x);
}
