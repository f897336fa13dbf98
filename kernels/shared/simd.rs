// Vectors of f32 as wide as the compiler may use: AVX-512, AVX2 with fused multiply-add, or arrays
// that it turns into whatever there is. Only what the kernels need.
//
// `nearest_whole` rounds |value| < 2^22. `times_exp2` is value * 2^whole, where both and the result
// are normal numbers. `stream` writes an aligned vector past the caches, `fence` ends that.
#![allow(dead_code)] // of each kernel that includes this, in the others

#[cfg(all(target_feature = "avx512f", gapmeter_avx512))]
mod native {
    use std::arch::x86_64::*;

    pub type Vector = __m512;
    pub const LANES: usize = 16;

    pub fn zero() -> Vector {
        unsafe { _mm512_setzero_ps() }
    }
    pub fn set(value: f32) -> Vector {
        unsafe { _mm512_set1_ps(value) }
    }
    pub fn load(from: &[f32; LANES]) -> Vector {
        unsafe { _mm512_loadu_ps(from.as_ptr()) }
    }
    pub fn store(value: Vector, to: &mut [f32; LANES]) {
        unsafe { _mm512_storeu_ps(to.as_mut_ptr(), value) }
    }
    pub fn add(a: Vector, b: Vector) -> Vector {
        unsafe { _mm512_add_ps(a, b) }
    }
    pub fn mul_add(a: Vector, b: Vector, c: Vector) -> Vector {
        unsafe { _mm512_fmadd_ps(a, b, c) }
    }
    pub fn sub(a: Vector, b: Vector) -> Vector {
        unsafe { _mm512_sub_ps(a, b) }
    }
    pub fn mul(a: Vector, b: Vector) -> Vector {
        unsafe { _mm512_mul_ps(a, b) }
    }
    pub fn div(a: Vector, b: Vector) -> Vector {
        unsafe { _mm512_div_ps(a, b) }
    }
    pub fn max(a: Vector, b: Vector) -> Vector {
        unsafe { _mm512_max_ps(a, b) }
    }
    pub fn min(a: Vector, b: Vector) -> Vector {
        unsafe { _mm512_min_ps(a, b) }
    }
    pub fn nearest_whole(value: Vector) -> Vector {
        unsafe { _mm512_roundscale_ps::<{ _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC }>(value) }
    }
    pub fn times_exp2(value: Vector, whole: Vector) -> Vector {
        unsafe { _mm512_scalef_ps(value, whole) }
    }
    pub unsafe fn stream(value: Vector, to: *mut f32) {
        unsafe { _mm512_stream_ps(to, value) }
    }
    pub fn fence() {
        unsafe { _mm_sfence() }
    }
}

#[cfg(all(
    target_feature = "avx2",
    target_feature = "fma",
    not(all(target_feature = "avx512f", gapmeter_avx512))
))]
mod native {
    use std::arch::x86_64::*;

    pub type Vector = __m256;
    pub const LANES: usize = 8;

    pub fn zero() -> Vector {
        unsafe { _mm256_setzero_ps() }
    }
    pub fn set(value: f32) -> Vector {
        unsafe { _mm256_set1_ps(value) }
    }
    pub fn load(from: &[f32; LANES]) -> Vector {
        unsafe { _mm256_loadu_ps(from.as_ptr()) }
    }
    pub fn store(value: Vector, to: &mut [f32; LANES]) {
        unsafe { _mm256_storeu_ps(to.as_mut_ptr(), value) }
    }
    pub fn add(a: Vector, b: Vector) -> Vector {
        unsafe { _mm256_add_ps(a, b) }
    }
    pub fn mul_add(a: Vector, b: Vector, c: Vector) -> Vector {
        unsafe { _mm256_fmadd_ps(a, b, c) }
    }
    pub fn sub(a: Vector, b: Vector) -> Vector {
        unsafe { _mm256_sub_ps(a, b) }
    }
    pub fn mul(a: Vector, b: Vector) -> Vector {
        unsafe { _mm256_mul_ps(a, b) }
    }
    pub fn div(a: Vector, b: Vector) -> Vector {
        unsafe { _mm256_div_ps(a, b) }
    }
    pub fn max(a: Vector, b: Vector) -> Vector {
        unsafe { _mm256_max_ps(a, b) }
    }
    pub fn min(a: Vector, b: Vector) -> Vector {
        unsafe { _mm256_min_ps(a, b) }
    }
    pub fn nearest_whole(value: Vector) -> Vector {
        unsafe { _mm256_round_ps::<{ _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC }>(value) }
    }
    pub fn times_exp2(value: Vector, whole: Vector) -> Vector {
        unsafe {
            let exponent = _mm256_slli_epi32::<23>(_mm256_cvtps_epi32(whole));
            _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(value), exponent))
        }
    }
    pub unsafe fn stream(value: Vector, to: *mut f32) {
        unsafe { _mm256_stream_ps(to, value) }
    }
    pub fn fence() {
        unsafe { _mm_sfence() }
    }
}

#[cfg(not(all(target_feature = "avx2", target_feature = "fma")))]
mod native {
    use std::array::from_fn;

    pub type Vector = [f32; LANES];
    pub const LANES: usize = 4;

    pub fn zero() -> Vector {
        [0.0; LANES]
    }
    pub fn set(value: f32) -> Vector {
        [value; LANES]
    }
    pub fn load(from: &[f32; LANES]) -> Vector {
        *from
    }
    pub fn store(value: Vector, to: &mut [f32; LANES]) {
        *to = value;
    }
    pub fn add(a: Vector, b: Vector) -> Vector {
        from_fn(|i| a[i] + b[i])
    }
    // Not f32::mul_add: without an instruction for it, that is a call for each element.
    pub fn mul_add(a: Vector, b: Vector, c: Vector) -> Vector {
        from_fn(|i| a[i] * b[i] + c[i])
    }
    pub fn sub(a: Vector, b: Vector) -> Vector {
        from_fn(|i| a[i] - b[i])
    }
    pub fn mul(a: Vector, b: Vector) -> Vector {
        from_fn(|i| a[i] * b[i])
    }
    pub fn div(a: Vector, b: Vector) -> Vector {
        from_fn(|i| a[i] / b[i])
    }
    pub fn max(a: Vector, b: Vector) -> Vector {
        from_fn(|i| if a[i] > b[i] { a[i] } else { b[i] })
    }
    pub fn min(a: Vector, b: Vector) -> Vector {
        from_fn(|i| if a[i] < b[i] { a[i] } else { b[i] })
    }
    // Adding 1.5 * 2^23 leaves no bits for a fraction. Not f32::round_ties_even: without an
    // instruction for it, that is a call for each element.
    pub fn nearest_whole(value: Vector) -> Vector {
        const NO_FRACTION: f32 = 12_582_912.0;
        from_fn(|i| (value[i] + NO_FRACTION) - NO_FRACTION)
    }
    pub fn times_exp2(value: Vector, whole: Vector) -> Vector {
        from_fn(|i| f32::from_bits(value[i].to_bits().wrapping_add((whole[i] as i32 as u32) << 23)))
    }
    pub unsafe fn stream(value: Vector, to: *mut f32) {
        unsafe { to.cast::<Vector>().write_unaligned(value) }
    }
    pub fn fence() {}
}

pub use native::*;

// The sum of a vector's elements.
pub fn total(value: Vector) -> f32 {
    let mut elements = [0.0; LANES];
    store(value, &mut elements);
    elements.iter().sum()
}

// The vector of a chunk's elements from `at` on.
pub fn load_at(from: &[f32], at: usize) -> Vector {
    load(from[at..at + LANES].try_into().expect("a vector's elements"))
}

pub fn store_at(value: Vector, to: &mut [f32], at: usize) {
    store(value, (&mut to[at..at + LANES]).try_into().expect("a vector's elements"));
}

// Past the caches: a normal store would first read the line that it is about to overwrite. Panics
// unless the place is aligned (is_aligned).
pub fn stream_at(value: Vector, to: &mut [f32], at: usize) {
    let to = &mut to[at..at + LANES];
    assert!(is_aligned(to));
    // SAFETY: so many elements are there, and aligned.
    unsafe { stream(value, to.as_mut_ptr()) }
}

pub fn is_aligned(values: &[f32]) -> bool {
    values.as_ptr().cast::<Vector>().is_aligned()
}

// How many elements come before one that is aligned.
pub fn first_aligned(values: &[f32]) -> usize {
    values.as_ptr().align_offset(align_of::<Vector>())
}

// 2^power with a relative error of 2e-7, where that is a normal number.
pub fn exp2(power: Vector) -> Vector {
    let whole = nearest_whole(power);
    let x = sub(power, whole);
    // Interpolates 2^x at the six Chebyshev nodes of [-1/2, 1/2].
    let c01 = mul_add(x, set(0.693_147_2), set(1.000_000_1));
    let c23 = mul_add(x, set(0.055_503_57), set(0.240_221_08));
    let c45 = mul_add(x, set(0.001_339_086_3), set(0.009_676_032));
    let square = mul(x, x);
    times_exp2(mul_add(square, mul_add(square, c45, c23), c01), whole)
}
