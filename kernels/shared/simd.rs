// Vectors of f32 as wide as the compiler may use: AVX-512, AVX2 with fused multiply-add, or arrays
// that it turns into whatever there is. Only what the kernels need.
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
