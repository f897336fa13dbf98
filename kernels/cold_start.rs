// cold_start in Rust; kernels/cold_start.cpp describes it. The program is
// kernels/programs/cold_start.rs.
use std::error::Error;
use std::fs::File;
use std::io::Read;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use gapmeter::Report;

struct Program {
    path: PathBuf,
    model: PathBuf,
    pixels: Vec<String>,
}

// What the program prints: the digit, and its peak memory in bytes.
fn ask(program: &Program) -> Result<(i64, f64), Box<dyn Error>> {
    let mut process = Command::new(&program.path)
        .arg(&program.model)
        .args(&program.pixels)
        .stdout(Stdio::piped())
        .spawn()?;
    let mut text = String::new();
    process.stdout.take().ok_or("no pipe")?.read_to_string(&mut text)?;
    if !process.wait()?.success() {
        return Err(format!("{} does not answer", program.path.display()).into());
    }
    let (digit, peak) = text.trim().split_once(' ').ok_or("it does not answer")?;
    Ok((digit.parse()?, peak.parse()?))
}

fn prepare(x: &[i32], report: &mut Report) -> Result<Program, Box<dyn Error>> {
    let program = Program {
        path: gapmeter::kernel_program("cold_start-rust")?,
        model: gapmeter::kernel_file("models/mlp.json")?,
        pixels: x.iter().map(i32::to_string).collect(),
    };
    report.add("program_peak_bytes", ask(&program)?.1);
    Ok(program)
}

fn process(program: &Program) -> Result<i64, Box<dyn Error>> {
    Ok(ask(program)?.0)
}

// The standard library has no function for it.
unsafe extern "C" {
    safe fn posix_fadvise(fd: i32, offset: i64, length: i64, advice: i32) -> i32;
}
const POSIX_FADV_DONTNEED: i32 = 4;

// Drops the pages of a file that nobody else has mapped.
fn evict(path: &Path) -> Result<(), Box<dyn Error>> {
    posix_fadvise(File::open(path)?.as_raw_fd(), 0, 0, POSIX_FADV_DONTNEED);
    Ok(())
}

fn process_evicted(program: &Program) -> Result<i64, Box<dyn Error>> {
    evict(&program.path)?;
    evict(&program.model)?;
    process(program)
}

gapmeter::variants! {
    "native" => prepare(x, report) then process();
    "native_evicted" for "evicted" => prepare(x, report) then process_evicted();
}
