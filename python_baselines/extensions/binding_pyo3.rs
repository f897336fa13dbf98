// What binding_native.cpp has, in Rust: functions that PyO3 makes callable from Python.
use pyo3::buffer::PyBuffer;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

#[path = "../../kernels/shared/sums.rs"]
mod sums;

// A list, or any other sequence: every element is converted and copied before the work begins.
#[pyfunction]
fn from_list(x: Vec<f64>) -> f64 {
    sums::reassociated(&x, |value| value * value)
}

// Memory that already holds contiguous doubles: nothing is copied.
#[pyfunction]
fn from_buffer(py: Python<'_>, x: PyBuffer<f64>) -> PyResult<f64> {
    let row =
        x.as_slice(py).ok_or_else(|| PyValueError::new_err("a row of doubles is expected"))?;
    Ok(sums::reassociated(row, |value| value.get() * value.get()))
}

#[pyfunction]
fn square(value: f64) -> f64 {
    value * value
}

#[pymodule]
fn binding_pyo3(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(from_list, module)?)?;
    module.add_function(wrap_pyfunction!(from_buffer, module)?)?;
    module.add_function(wrap_pyfunction!(square, module)?)
}
