//! What a kernel's .rs uses: plain functions become variants of the kernel that the .cpp of the same
//! stem describes.
//!
//! ```ignore
//! fn iter_sum(x: &[f32]) -> f32 {
//!     x.iter().sum()
//! }
//!
//! gapmeter::variants! {
//!     "iter_sum" => iter_sum(x);
//! }
//! ```
//!
//! The names in parentheses are those of the kernel's inputs and outputs. docs/adding-a-kernel.md
//! is the guide.
#![deny(unsafe_code)]

mod abi;
mod returned;

pub use abi::{Library, Report, Stem, Text, Variant, keep, kernel_file, kernel_program};

/// Declares a file's variants, one line each:
///
/// ```ignore
/// gapmeter::variants! {
///     "alloc" => alloc(inp, w, bias);
///     "zipped" for "into" => zipped(inp, w, bias, out);
///     "f32" for "float32" => report_size::<f32>(x, report) then make_vector::<f32>();
/// }
/// ```
///
/// The first string is the variant's name, that after `for` its job (without it, the kernel's main
/// one). In parentheses stands what each parameter of the function is, in its order: an input or,
/// of a function that returns nothing, an output by its name; `n`, the size, a `usize`.
///
/// Before `then` stands a preparation: it is called once, untimed, and what it returns is the first
/// argument of the function after `then`, by reference. It may take `report`, a `&mut Report`.
#[macro_export]
macro_rules! variants {
    (@ [$($done:expr,)*]) => {
        pub const VARIANTS: &[$crate::Variant] = &[$($done,)*];
    };
    (@ [$($done:expr,)*]
     $name:literal $(for $job:literal)? =>
     $function:ident $(::<$($type:ty),+>)? ($($parameter:ident),*); $($rest:tt)*) => {
        $crate::variants!(@ [$($done,)* $crate::Variant::direct(
            $name, concat!("" $(, $job)?), $crate::names!($($parameter),*),
            $function $(::<$($type),+>)?),] $($rest)*);
    };
    (@ [$($done:expr,)*]
     $name:literal $(for $job:literal)? =>
     $prepare:ident $(::<$($prepared:ty),+>)? ($($input:ident),*) then
     $function:ident $(::<$($type:ty),+>)? ($($parameter:ident),*); $($rest:tt)*) => {
        $crate::variants!(@ [$($done,)* $crate::Variant::prepared(
            $name, concat!("" $(, $job)?), $crate::names!($($input,)* $($parameter),*),
            $prepare $(::<$($prepared),+>)?, $function $(::<$($type),+>)?),] $($rest)*);
    };
    ($name:literal $($rest:tt)*) => {
        $crate::variants!(@ [] $name $($rest)*);
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! names {
    ($($name:ident),* $(,)?) => {{
        const NAMES: &[$crate::Text] = &[$($crate::Text::new(stringify!($name))),*];
        NAMES
    }};
}
