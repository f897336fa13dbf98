//! What a variant's function, and its preparation, may return.

use std::fmt::Display;

use crate::abi::{Element, Kind, Type};

/// The result of a call: one number, a vector of them, or nothing.
pub trait Value {
    const TYPE: Type;
    type Element: Element;
    fn elements(&self) -> &[Self::Element];
}

impl Value for () {
    const TYPE: Type = Type::without_elements(Kind::Nothing);
    type Element = u8;
    fn elements(&self) -> &[u8] {
        &[]
    }
}

impl<T: Element> Value for Vec<T> {
    const TYPE: Type = Type::of::<T>(Kind::Array);
    type Element = T;
    fn elements(&self) -> &[T] {
        self
    }
}

/// A value, or a Result of one, whose error becomes the row's reason.
#[diagnostic::on_unimplemented(
    message = "a variant can't return `{Self}`",
    note = "it returns nothing, T or Vec<T>, where T is f32, f64, i32, i64 or u8, or a Result of that"
)]
pub trait Returned {
    type Value: Value;
    fn into_value(self) -> Result<Self::Value, String>;
}

macro_rules! returned {
    ($([$($generic:tt)*] $type:ty),*) => {$(
        impl<$($generic)*> Returned for $type {
            type Value = Self;
            fn into_value(self) -> Result<Self, String> {
                Ok(self)
            }
        }
    )*};
}
returned!([] (), [T: Element] Vec<T>, [] f32, [] f64, [] i32, [] i64, [] u8);

macro_rules! scalar_value {
    ($($type:ty),*) => {$(
        impl Value for $type {
            const TYPE: Type = Type::of::<$type>(Kind::Scalar);
            type Element = $type;
            fn elements(&self) -> &[$type] {
                std::slice::from_ref(self)
            }
        }
    )*};
}
scalar_value!(f32, f64, i32, i64, u8);

impl<V: Returned<Value = V> + Value, E: Display> Returned for Result<V, E> {
    type Value = V;
    fn into_value(self) -> Result<V, String> {
        self.map_err(|error| error.to_string())
    }
}

/// What a preparation of the state S returns: S, or a Result of it.
pub trait Prepares<S> {
    fn into_state(self) -> Result<S, String>;
}

impl<S> Prepares<S> for S {
    fn into_state(self) -> Result<S, String> {
        Ok(self)
    }
}

impl<S, E: Display> Prepares<S> for Result<S, E> {
    fn into_state(self) -> Result<S, String> {
        self.map_err(|error| error.to_string())
    }
}
