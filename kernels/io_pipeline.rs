// io_pipeline in Rust; kernels/io_pipeline.cpp describes it. The standard library has no pool of
// threads: each has a channel from which it is told to go on, and one on which it answers.
use std::io::{Read, Result, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

const EXCHANGES: usize = 8;

// A process that echoes messages of a size, each after a wait.
struct Peer {
    process: Child,
    to: Option<ChildStdin>,
    from: ChildStdout,
    room: Vec<u8>,
}

impl Peer {
    fn start(size: usize, wait_ms: u64) -> Result<Self> {
        let program = gapmeter::kernel_program("echo")?;
        let mut process = Command::new(program)
            .args([size.to_string(), (1_000_000 * wait_ms).to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let to = process.stdin.take();
        let from = process.stdout.take().expect("a pipe was asked for");
        Ok(Self { process, to, from, room: vec![0; size] })
    }

    // Whether the message comes back unchanged.
    fn echoes(&mut self, message: &[u8]) -> Result<bool> {
        self.to.as_mut().expect("open until the end").write_all(message)?;
        self.from.read_exact(&mut self.room)?;
        Ok(self.room == message)
    }

    // How many of these messages come back unchanged.
    fn exchange(&mut self, message: &[u8], times: usize) -> Result<i64> {
        (0..times).map(|_| self.echoes(message).map(i64::from)).sum()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.to = None; // its end
        let _ = self.process.wait();
    }
}

// The share of a thread.
fn share(thread: usize, threads: usize) -> usize {
    EXCHANGES * (thread + 1) / threads - EXCHANGES * thread / threads
}

fn start_peers(message: &[u8], threads: i32, wait_ms: u64) -> Result<Vec<Peer>> {
    (0..threads).map(|_| Peer::start(message.len(), wait_ms)).collect()
}

struct OneThread<'a> {
    message: &'a [u8],
    peers: Vec<Peer>,
}

fn start_one(message: &[u8], threads: i32) -> Result<OneThread<'_>> {
    Ok(OneThread { message, peers: start_peers(message, threads, 0)? })
}

// One peer after the other.
fn one_thread(pipeline: &mut OneThread) -> Result<i64> {
    let threads = pipeline.peers.len();
    let each = pipeline.peers.iter_mut().enumerate();
    each.map(|(i, peer)| peer.exchange(pipeline.message, share(i, threads))).sum()
}

struct Thread {
    go: Option<SyncSender<()>>,
    answer: Receiver<Result<i64>>,
    handle: Option<JoinHandle<()>>,
}

impl Thread {
    fn start(mut peer: Peer, message: Vec<u8>, times: usize) -> Self {
        let (go, told) = sync_channel(1);
        let (send, answer) = sync_channel(1);
        let work = move || {
            while told.recv().is_ok() && send.send(peer.exchange(&message, times)).is_ok() {}
        };
        Self { go: Some(go), answer, handle: Some(thread::spawn(work)) }
    }
}

impl Drop for Thread {
    fn drop(&mut self) {
        self.go = None; // its end
        let _ = self.handle.take().expect("joined once").join();
    }
}

fn start_threads(message: &[u8], threads: i32, wait_ms: u64) -> Result<Vec<Thread>> {
    let peers = start_peers(message, threads, wait_ms)?.into_iter().enumerate();
    Ok(peers.map(|(i, p)| Thread::start(p, message.to_vec(), share(i, threads as usize))).collect())
}

fn start(message: &[u8], threads: i32) -> Result<Vec<Thread>> {
    start_threads(message, threads, 0)
}
fn start_1ms(message: &[u8], threads: i32) -> Result<Vec<Thread>> {
    start_threads(message, threads, 1)
}
fn start_10ms(message: &[u8], threads: i32) -> Result<Vec<Thread>> {
    start_threads(message, threads, 10)
}

fn threads(threads: &Vec<Thread>) -> Result<i64> {
    for thread in threads {
        thread.go.as_ref().expect("open until the end").send(()).expect("it waits");
    }
    threads.iter().map(|thread| thread.answer.recv().expect("it answers")).sum()
}

gapmeter::variants! {
    "one_thread" for "one thread" => start_one(message, threads) then one_thread();
    "threads" => start(message, threads) then threads();
    "threads_1ms" for "waits 1 ms" => start_1ms(message, threads) then threads();
    "threads_10ms" for "waits 10 ms" => start_10ms(message, threads) then threads();
}
