//! A module for Python variants to import: cmake/RustKernels.cmake names its file.

include!(env!("GAPMETER_RUST_EXTENSION"));
