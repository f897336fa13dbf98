//! A program that a kernel starts: cmake/RustKernels.cmake names its file.

include!(env!("GAPMETER_RUST_PROGRAM"));
