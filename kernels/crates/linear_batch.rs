// linear_batch with ndarray, on views of the same memory. With its feature `blas`, ndarray leaves the
// multiplication of matrices that are not tiny to cblas_sgemm, which is defined here.
use std::ffi::{c_int, c_void};
use std::sync::OnceLock;

use ndarray::linalg::general_mat_mul;
use ndarray::{ArrayView1, ArrayView2, ArrayViewMut2};

type Sgemm = unsafe extern "C" fn(
    layout: c_int,
    transpose_a: c_int,
    transpose_b: c_int,
    m: c_int,
    n: c_int,
    k: c_int,
    alpha: f32,
    a: *const f32,
    a_stride: c_int,
    b: *const f32,
    b_stride: c_int,
    beta: f32,
    c: *mut f32,
    c_stride: c_int,
);

// That of the OpenBLAS which native/cblas calls, too.
static SGEMM: OnceLock<Sgemm> = OnceLock::new();

// Loaded here instead of linked: otherwise every other kernel's process would pay for its start-up.
fn load_blas() -> Result<(), String> {
    // SAFETY: the name is a C string; the library's own start-up asks nothing of its caller.
    let sgemm = unsafe {
        let library = libc::dlopen(c"libopenblas.so.0".as_ptr(), libc::RTLD_NOW);
        if library.is_null() { library } else { libc::dlsym(library, c"cblas_sgemm".as_ptr()) }
    };
    if sgemm.is_null() {
        return Err(
            "OpenBLAS can't be loaded: libopenblas.so.0 or its cblas_sgemm is missing".into()
        );
    }
    // SAFETY: the type is that of CBLAS.
    SGEMM.get_or_init(|| unsafe { std::mem::transmute::<*mut c_void, Sgemm>(sgemm) });
    Ok(())
}

// What ndarray calls. Precondition: load_blas.
#[unsafe(no_mangle)]
unsafe extern "C" fn cblas_sgemm(
    layout: c_int,
    transpose_a: c_int,
    transpose_b: c_int,
    m: c_int,
    n: c_int,
    k: c_int,
    alpha: f32,
    a: *const f32,
    a_stride: c_int,
    b: *const f32,
    b_stride: c_int,
    beta: f32,
    c: *mut f32,
    c_stride: c_int,
) {
    let sgemm = SGEMM.get().expect("OpenBLAS is loaded in the preparation");
    // SAFETY: the caller's.
    unsafe {
        sgemm(
            layout,
            transpose_a,
            transpose_b,
            m,
            n,
            k,
            alpha,
            a,
            a_stride,
            b,
            b_stride,
            beta,
            c,
            c_stride,
        )
    }
}

struct Layer<'a> {
    x: ArrayView2<'a, f32>,
    w: ArrayView2<'a, f32>,
    b: ArrayView1<'a, f32>,
}

fn prepare<'a>(x: &'a [f32], w: &'a [f32], b: &'a [f32], n: usize) -> Result<Layer<'a>, String> {
    load_blas()?;
    let matrix = |values| ArrayView2::from_shape((n, n), values).map_err(|error| error.to_string());
    Ok(Layer { x: matrix(x)?, w: matrix(w)?, b: ArrayView1::from(b) })
}

fn multiply(layer: &Layer, y: &mut [f32]) -> Result<(), ndarray::ShapeError> {
    let mut y = ArrayViewMut2::from_shape(layer.x.raw_dim(), y)?;
    y.assign(&layer.b);
    general_mat_mul(1.0, &layer.x, &layer.w, 1.0, &mut y);
    Ok(())
}

gapmeter::variants! {
    "ndarray_blas" => prepare(x, w, b, n) then multiply(y);
}
