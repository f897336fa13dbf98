//! The Rust variants of one program: cmake/RustKernels.cmake writes the list of its files and names
//! that here.

include!(env!("GAPMETER_RUST_KERNELS"));
