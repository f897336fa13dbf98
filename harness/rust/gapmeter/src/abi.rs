//! The interface to the harness (harness/kernel/rust_variants.h), and all unsafe code.
//!
//! What makes it sound: the harness binds a variant only if its parameters have the kinds and types
//! that the kernel declares, and hands over one argument for each. Inputs and outputs live, at the
//! same place, for as long as what was bound to them; nobody else writes to them or reads outputs
//! during a call, and calls of one bound variant don't overlap. References to them therefore may be
//! called 'static here: nothing that holds one outlives `drop_bound`.
#![allow(unsafe_code)]
// Of functions without parameters, which a macro writes like the others.
#![allow(unused_unsafe, clippy::unused_unit)]

use std::any::Any;
use std::ffi::{CStr, OsStr, c_char, c_void};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::ptr::NonNull;

use crate::returned::{Prepares, Returned, Value};

/// UTF-8 text that is not terminated.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Text {
    data: *const u8,
    length: usize,
}

impl Text {
    pub const fn new(text: &str) -> Self {
        Self { data: text.as_ptr(), length: text.len() }
    }
}

/// As gapmeter::DType.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DType {
    F32,
    F64,
    I32,
    I64,
    U8,
}

/// As gapmeter::Kind.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Scalar,
    Array,
    WritableArray,
    Nothing,
    Size,
    Report,
}

/// What a parameter or a result is; `dtype` means nothing unless there are elements.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Type {
    pub kind: Kind,
    pub dtype: DType,
}

impl Type {
    pub const fn of<T: Element>(kind: Kind) -> Self {
        Self { kind, dtype: T::DTYPE }
    }
    pub const fn without_elements(kind: Kind) -> Self {
        Self { kind, dtype: DType::U8 }
    }
}

/// The memory that a parameter stands for: elements, the size, or the harness's Metrics.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Argument {
    data: *mut c_void,
    count: usize,
}

/// A type of elements that inputs and outputs can have.
///
/// # Safety
/// Every pattern of bits is a value.
pub unsafe trait Element: Copy + 'static {
    const DTYPE: DType;
}
// SAFETY: plain numbers.
unsafe impl Element for f32 {
    const DTYPE: DType = DType::F32;
}
unsafe impl Element for f64 {
    const DTYPE: DType = DType::F64;
}
unsafe impl Element for i32 {
    const DTYPE: DType = DType::I32;
}
unsafe impl Element for i64 {
    const DTYPE: DType = DType::I64;
}
unsafe impl Element for u8 {
    const DTYPE: DType = DType::U8;
}

/// What a function can take. `Held` is what is kept of an argument from the binding to the calls, so
/// that a call finds it in place.
///
/// # Safety
/// `pass` gives a value that is valid for the argument's memory, which is of TYPE.
pub unsafe trait Parameter {
    const TYPE: Type;
    type Held: Copy;
    /// # Safety
    /// The argument's memory is of TYPE.
    unsafe fn hold(argument: Argument) -> Self::Held;
    /// # Safety
    /// The memory still is there, and no other reference to it excludes this one.
    unsafe fn pass(held: Self::Held) -> Self;
    /// Where the harness changes the memory that later calls get; null if it can't.
    fn slot(_held: *mut Self::Held) -> *mut Argument {
        std::ptr::null_mut()
    }
}

/// An argument whose elements a slice may refer to.
fn elements_of<T>(argument: Argument) -> Argument {
    if argument.count > 0 {
        return argument;
    }
    Argument { data: NonNull::<T>::dangling().as_ptr().cast(), count: 0 }
}

// SAFETY: the harness's contract.
unsafe impl<T: Element> Parameter for &'static [T] {
    const TYPE: Type = Type::of::<T>(Kind::Array);
    type Held = Argument;
    unsafe fn hold(argument: Argument) -> Argument {
        elements_of::<T>(argument)
    }
    unsafe fn pass(held: Argument) -> Self {
        unsafe { std::slice::from_raw_parts(held.data.cast(), held.count) }
    }
}

// SAFETY: the harness's contract.
unsafe impl<T: Element> Parameter for &'static mut [T] {
    const TYPE: Type = Type::of::<T>(Kind::WritableArray);
    type Held = Argument;
    unsafe fn hold(argument: Argument) -> Argument {
        elements_of::<T>(argument)
    }
    unsafe fn pass(held: Argument) -> Self {
        unsafe { std::slice::from_raw_parts_mut(held.data.cast(), held.count) }
    }
    fn slot(held: *mut Argument) -> *mut Argument {
        held
    }
}

macro_rules! scalar_parameter {
    ($($type:ty),*) => {$(
        // SAFETY: the harness's contract; the value is copied.
        unsafe impl Parameter for $type {
            const TYPE: Type = Type::of::<$type>(Kind::Scalar);
            type Held = $type;
            unsafe fn hold(argument: Argument) -> $type {
                unsafe { *argument.data.cast() }
            }
            unsafe fn pass(held: $type) -> $type {
                held
            }
        }
    )*};
}
scalar_parameter!(f32, f64, i32, i64, u8);

// SAFETY: only the count is used.
unsafe impl Parameter for usize {
    const TYPE: Type = Type::without_elements(Kind::Size);
    type Held = usize;
    unsafe fn hold(argument: Argument) -> usize {
        argument.count
    }
    unsafe fn pass(held: usize) -> usize {
        held
    }
}

/// Figures of its own that a preparation reports: the harness's Metrics.
#[repr(C)]
pub struct Report([u8; 0]);

impl Report {
    /// The name is lower-case and ends in the unit ("element_bytes"), the value finite; otherwise the
    /// variant is an error.
    pub fn add(&mut self, name: &str, value: f64) {
        // SAFETY: a Report is made of the harness's Metrics alone.
        unsafe { gapmeter_rust_report(std::ptr::from_mut(self).cast(), Text::new(name), value) }
    }
}

// SAFETY: the harness's contract.
unsafe impl Parameter for &'static mut Report {
    const TYPE: Type = Type::without_elements(Kind::Report);
    type Held = *mut c_void;
    unsafe fn hold(argument: Argument) -> *mut c_void {
        argument.data
    }
    unsafe fn pass(held: *mut c_void) -> Self {
        unsafe { &mut *held.cast() }
    }
}

/// What a function after `then` takes first: what the preparation made, shared or exclusively.
///
/// # Safety
/// `of` refers to the state and to nothing else.
pub unsafe trait StateReference {
    type State: 'static;
    /// Whether calls may change the state.
    const IS_EXCLUSIVE: bool;
    /// # Safety
    /// The state lives, and no other reference to it excludes this one.
    unsafe fn of(state: *mut Self::State) -> Self;
}
// SAFETY: the pointer itself.
unsafe impl<S: 'static> StateReference for &'static S {
    type State = S;
    const IS_EXCLUSIVE: bool = false;
    unsafe fn of(state: *mut S) -> Self {
        unsafe { &*state }
    }
}
// SAFETY: the pointer itself.
unsafe impl<S: 'static> StateReference for &'static mut S {
    type State = S;
    const IS_EXCLUSIVE: bool = true;
    unsafe fn of(state: *mut S) -> Self {
        unsafe { &mut *state }
    }
}

/// A function of parameters that the harness can give. `A` is the tuple of them.
///
/// # Safety
/// Held is what TYPES say.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be declared as a variant",
    label = "not what the harness can call",
    note = "a parameter is &[T], &mut [T] or T, where T is f32, f64, i32, i64 or u8, or usize for n"
)]
pub unsafe trait Call<A>: Copy {
    const TYPES: &'static [Type];
    type Held: Copy;
    type Output;
    /// # Safety
    /// There is an argument of each type.
    unsafe fn hold(arguments: *const Argument) -> Self::Held;
    /// Writes the slot of each parameter.
    ///
    /// # Safety
    /// There is room for each.
    unsafe fn slots(held: *mut Self::Held, slots: *mut *mut Argument);
    /// # Safety
    /// As for Parameter::pass.
    unsafe fn call(self, held: Self::Held) -> Self::Output;
}

/// The same after a preparation, whose state it takes first.
///
/// # Safety
/// Held is what TYPES say.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be declared as a variant",
    label = "not what the harness can call",
    note = "after `then`, the first parameter is a reference to what was prepared; a parameter is &[T], &mut [T] or T, where T is f32, f64, i32, i64 or u8, or usize for n"
)]
pub unsafe trait CallOn<S, A>: Copy {
    const TYPES: &'static [Type];
    type Held: Copy;
    type Output;
    /// # Safety
    /// As for Call.
    unsafe fn hold(arguments: *const Argument) -> Self::Held;
    /// # Safety
    /// As for Call.
    unsafe fn slots(held: *mut Self::Held, slots: *mut *mut Argument);
    /// # Safety
    /// As for Call.
    unsafe fn call(self, state: S, held: Self::Held) -> Self::Output;
}

macro_rules! functions_of {
    ($($parameter:ident $at:tt),*) => {
        // SAFETY: each parameter holds and passes its own.
        unsafe impl<F, R, $($parameter),*> Call<($($parameter,)*)> for F
        where
            F: Fn($($parameter),*) -> R + Copy,
            $($parameter: Parameter),*
        {
            functions_of!(@ $($parameter $at),*);
            unsafe fn call(self, _held: Self::Held) -> R {
                unsafe { self($($parameter::pass(_held.$at)),*) }
            }
        }
        // SAFETY: as above.
        unsafe impl<F, R, S, $($parameter),*> CallOn<S, ($($parameter,)*)> for F
        where
            F: Fn(S, $($parameter),*) -> R + Copy,
            S: StateReference,
            $($parameter: Parameter),*
        {
            functions_of!(@ $($parameter $at),*);
            unsafe fn call(self, state: S, _held: Self::Held) -> R {
                unsafe { self(state, $($parameter::pass(_held.$at)),*) }
            }
        }
    };
    (@ $($parameter:ident $at:tt),*) => {
        const TYPES: &'static [Type] = &[$($parameter::TYPE),*];
        type Held = ($($parameter::Held,)*);
        type Output = R;
        unsafe fn hold(_arguments: *const Argument) -> Self::Held {
            unsafe { ($($parameter::hold(*_arguments.add($at)),)*) }
        }
        unsafe fn slots(_held: *mut Self::Held, _slots: *mut *mut Argument) {
            unsafe { $(*_slots.add($at) = $parameter::slot(&raw mut (*_held).$at);)* }
        }
    };
}
functions_of!();
functions_of!(A 0);
functions_of!(A 0, B 1);
functions_of!(A 0, B 1, C 2);
functions_of!(A 0, B 1, C 2, D 3);
functions_of!(A 0, B 1, C 2, D 3, E 4);
functions_of!(A 0, B 1, C 2, D 3, E 4, G 5);
functions_of!(A 0, B 1, C 2, D 3, E 4, G 5, H 6);
functions_of!(A 0, B 1, C 2, D 3, E 4, G 5, H 6, I 7);
functions_of!(A 0, B 1, C 2, D 3, E 4, G 5, H 6, I 7, J 8);
functions_of!(A 0, B 1, C 2, D 3, E 4, G 5, H 6, I 7, J 8, K 9);

/// Elements in a row; none where `data` is null.
#[repr(C)]
pub struct Elements {
    dtype: DType,
    memory: Argument,
}

impl Elements {
    const NONE: Self =
        Self { dtype: DType::U8, memory: Argument { data: std::ptr::null_mut(), count: 0 } };

    fn of<T: Element>(state: &mut dyn Any) -> Option<Self> {
        let vector = state.downcast_mut::<Vec<T>>()?;
        let memory = Argument { data: vector.as_mut_ptr().cast(), count: vector.len() };
        Some(Self { dtype: T::DTYPE, memory })
    }
}

/// What is called: a function and its arguments.
trait Work {
    type Output: Returned;
    /// # Safety
    /// What this was bound to is still there, and no other call runs.
    unsafe fn call(this: *mut Self) -> Self::Output;
    /// What calls may change of what was prepared, if it is elements in a row.
    ///
    /// # Safety
    /// As for `call`.
    unsafe fn elements(this: *mut Self) -> Elements;
}

struct Direct<F: Call<A>, A> {
    function: F,
    held: F::Held,
}

impl<F: Call<A>, A> Work for Direct<F, A>
where
    F::Output: Returned,
{
    type Output = F::Output;
    unsafe fn call(this: *mut Self) -> F::Output {
        unsafe { (*this).function.call((*this).held) }
    }
    unsafe fn elements(_this: *mut Self) -> Elements {
        Elements::NONE
    }
}

struct Prepared<F: CallOn<S, A>, S: StateReference, A> {
    function: F,
    held: F::Held,
    state: S::State,
}

impl<F: CallOn<S, A>, S: StateReference, A> Work for Prepared<F, S, A>
where
    F::Output: Returned,
{
    type Output = F::Output;
    unsafe fn call(this: *mut Self) -> F::Output {
        unsafe { (*this).function.call(S::of(&raw mut (*this).state), (*this).held) }
    }
    unsafe fn elements(this: *mut Self) -> Elements {
        if !S::IS_EXCLUSIVE {
            return Elements::NONE;
        }
        let state: &mut dyn Any = unsafe { &mut (*this).state };
        Elements::of::<f32>(state)
            .or_else(|| Elements::of::<f64>(state))
            .or_else(|| Elements::of::<i32>(state))
            .or_else(|| Elements::of::<i64>(state))
            .or_else(|| Elements::of::<u8>(state))
            .unwrap_or(Elements::NONE)
    }
}

// The harness's side. Both throw C++ exceptions, which pass through Rust's frames.
unsafe extern "C-unwind" {
    /// Throws std::runtime_error with the text.
    fn gapmeter_rust_raise(message: Text) -> !;
    /// Metrics::add.
    fn gapmeter_rust_report(metrics: *mut c_void, name: Text, value: f64);
}

/// Does what may panic or fail; either becomes an exception of the harness, in whose frames a panic
/// must not end.
fn guarded<T>(work: impl FnOnce() -> Result<T, String>) -> T {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(value)) => value,
        Ok(Err(message)) => raise(message),
        Err(panic) => raise(message_of(panic)),
    }
}

#[cold]
fn message_of(panic: Box<dyn Any + Send>) -> String {
    let text = match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(other) => other.downcast::<&str>().map_or_else(|_| "no text".into(), |t| t.to_string()),
    };
    format!("panicked: {text}")
}

#[cold]
fn raise(message: String) -> ! {
    // SAFETY: the harness copies the text; unwinding drops it here.
    unsafe { gapmeter_rust_raise(Text::new(&message)) }
}

/// Forces a value into memory and makes the compiler assume that all of memory is read and written,
/// as gapmeter::keep in C++ does: no instruction but the stores of the value and its address.
pub fn keep<T>(value: &T) {
    // SAFETY: no instruction.
    unsafe {
        if size_of::<T>() == 0 {
            std::arch::asm!("", options(nostack, preserves_flags));
        } else {
            std::arch::asm!("/* {} */", in(reg) value, options(nostack, preserves_flags));
        }
    }
}

// Timed: between the harness's loop and the function there is nothing else.
unsafe extern "C-unwind" fn invoke<W: Work>(work: *mut c_void) {
    guarded(|| {
        // SAFETY: the harness passes what was bound.
        let value = unsafe { W::call(work.cast()) }.into_value()?;
        keep(&value);
        Ok(())
    })
}

/// Calls once and copies what was returned, if its length is right. Returns its length.
unsafe extern "C-unwind" fn result<W: Work>(
    work: *mut c_void,
    target: *mut c_void,
    count: usize,
) -> usize {
    guarded(|| {
        // SAFETY: the harness passes what was bound, and room for `count` elements of the type.
        let value = unsafe { W::call(work.cast()) }.into_value()?;
        let elements = value.elements();
        if elements.len() == count {
            unsafe { target.cast::<ElementOf<W>>().copy_from(elements.as_ptr(), count) };
        }
        Ok(elements.len())
    })
}

type ElementOf<W> = <<<W as Work>::Output as Returned>::Value as Value>::Element;

unsafe extern "C-unwind" fn elements<W: Work>(work: *mut c_void) -> Elements {
    unsafe { W::elements(work.cast()) }
}

unsafe extern "C-unwind" fn release<W: Work>(work: *mut c_void) {
    guarded(|| {
        // SAFETY: the harness releases what was bound, once.
        drop(unsafe { Box::from_raw(work.cast::<W>()) });
        Ok(())
    })
}

/// The value of a function's own type, which has but one.
fn the<F: Copy>() -> F {
    const { assert!(size_of::<F>() == 0, "a variant is a function, not a pointer to one") };
    // SAFETY: F has no bytes, and was passed to a constructor of Variant.
    unsafe { std::mem::zeroed() }
}

type Bind = unsafe extern "C-unwind" fn(*const Argument, *mut *mut Argument) -> *mut c_void;

unsafe extern "C-unwind" fn bind_direct<F: Call<A>, A>(
    arguments: *const Argument,
    slots: *mut *mut Argument,
) -> *mut c_void {
    // SAFETY: the harness passes an argument and a slot for each parameter.
    unsafe {
        let work = Box::new(Direct { function: the::<F>(), held: F::hold(arguments) });
        let work: *mut Direct<F, A> = Box::into_raw(work);
        F::slots(&raw mut (*work).held, slots);
        work.cast()
    }
}

unsafe extern "C-unwind" fn bind_prepared<P, B, F, S, A>(
    arguments: *const Argument,
    slots: *mut *mut Argument,
) -> *mut c_void
where
    P: Call<B>,
    P::Output: Prepares<S::State>,
    F: CallOn<S, A>,
    S: StateReference,
{
    let prepared = P::TYPES.len();
    // SAFETY: as above; those of the preparation come first.
    guarded(|| unsafe {
        let state = the::<P>().call(P::hold(arguments)).into_state()?;
        let held = F::hold(arguments.add(prepared));
        let work = Box::new(Prepared { function: the::<F>(), held, state });
        let work: *mut Prepared<F, S, A> = Box::into_raw(work);
        F::slots(&raw mut (*work).held, slots.add(prepared));
        Ok(work.cast())
    })
}

/// A row of constants.
#[repr(C)]
#[derive(Clone, Copy)]
struct Row<T> {
    data: *const T,
    count: usize,
}

impl<T> Row<T> {
    const fn new(row: &'static [T]) -> Self {
        Self { data: row.as_ptr(), count: row.len() }
    }
}

/// One variant of a kernel, made by `variants!`.
#[repr(C)]
pub struct Variant {
    name: Text,
    job: Text,
    names: Row<Text>,
    preparation: Row<Type>,
    parameters: Row<Type>,
    returned: Type,
    is_prepared: bool,
    bind: Bind,
    invoke: unsafe extern "C-unwind" fn(*mut c_void),
    result: unsafe extern "C-unwind" fn(*mut c_void, *mut c_void, usize) -> usize,
    elements: unsafe extern "C-unwind" fn(*mut c_void) -> Elements,
    release: unsafe extern "C-unwind" fn(*mut c_void),
}

impl Variant {
    /// `names` are those of the function's parameters.
    pub const fn direct<F: Call<A>, A>(
        name: &'static str,
        job: &'static str,
        names: &'static [Text],
        _function: F,
    ) -> Self
    where
        F::Output: Returned,
    {
        Self::of::<Direct<F, A>>(name, job, names, None, F::TYPES, bind_direct::<F, A>)
    }

    /// `names` are those of the preparation's parameters, then of the function's beyond the first.
    pub const fn prepared<P: Call<B>, B, F: CallOn<S, A>, S: StateReference, A>(
        name: &'static str,
        job: &'static str,
        names: &'static [Text],
        _prepare: P,
        _function: F,
    ) -> Self
    where
        P::Output: Prepares<S::State>,
        F::Output: Returned,
    {
        let bind = bind_prepared::<P, B, F, S, A>;
        Self::of::<Prepared<F, S, A>>(name, job, names, Some(P::TYPES), F::TYPES, bind)
    }

    const fn of<W: Work>(
        name: &'static str,
        job: &'static str,
        names: &'static [Text],
        preparation: Option<&'static [Type]>,
        parameters: &'static [Type],
        bind: Bind,
    ) -> Self {
        let prepared = match preparation {
            Some(types) => types,
            None => &[],
        };
        assert!(
            names.len() == prepared.len() + parameters.len(),
            "a variant is declared with a name for each parameter, but for what was prepared"
        );
        Self {
            name: Text::new(name),
            job: Text::new(job),
            names: Row::new(names),
            preparation: Row::new(prepared),
            parameters: Row::new(parameters),
            returned: <W::Output as Returned>::Value::TYPE,
            is_prepared: preparation.is_some(),
            bind,
            invoke: invoke::<W>,
            result: result::<W>,
            elements: elements::<W>,
            release: release::<W>,
        }
    }
}

/// The variants of one file.
#[repr(C)]
pub struct Stem {
    name: Text,
    variants: Row<Variant>,
}
// SAFETY: points to constants alone.
unsafe impl Sync for Stem {}

impl Stem {
    pub const fn new(name: &'static str, variants: &'static [Variant]) -> Self {
        Self { name: Text::new(name), variants: Row::new(variants) }
    }
}

/// What the harness asks a library of variants for.
#[repr(C)]
pub struct Library(Row<Stem>);

impl Library {
    pub const fn new(stems: &'static [Stem]) -> Self {
        Self(Row::new(stems))
    }
}

// In the program's registration (cmake/rust_registration.cpp.in), and of the C library.
unsafe extern "C" {
    fn gapmeter_kernel_file(name: Text) -> *mut c_char;
    fn gapmeter_kernel_program(name: Text) -> *mut c_char;
    fn free(memory: *mut c_void);
}

/// A file in the kernels' directory, wherever it is installed: `kernel_file("models/mlp.json")`.
pub fn kernel_file(name: &str) -> io::Result<PathBuf> {
    // SAFETY: the name lives as long as the call.
    take_path(name, unsafe { gapmeter_kernel_file(Text::new(name)) })
}

/// The program that was built from programs/NAME.cpp in the kernels' directory; from NAME.rs it is
/// called NAME-rust.
pub fn kernel_program(name: &str) -> io::Result<PathBuf> {
    // SAFETY: as above.
    take_path(name, unsafe { gapmeter_kernel_program(Text::new(name)) })
}

fn take_path(name: &str, found: *mut c_char) -> io::Result<PathBuf> {
    if found.is_null() {
        let problem = format!("{name}: gapmeter is not installed completely; install it again");
        return Err(io::Error::new(io::ErrorKind::NotFound, problem));
    }
    // SAFETY: terminated text, allocated with malloc for us alone.
    unsafe {
        let path = OsStr::from_bytes(CStr::from_ptr(found).to_bytes()).into();
        free(found.cast());
        Ok(path)
    }
}

#[cfg(test)]
mod tests;
