// request_churn in Rust; kernels/request_churn.cpp describes it. A node of the standard library's
// pointers that knows its parent is counted (Rc), with a Weak pointer upwards; in an arena, nodes
// are numbers in one vector.
use std::cell::RefCell;
use std::rc::{Rc, Weak};

use gapmeter::keep;

const REQUEST_SIZE: usize = 64;
const FAN_OUT: usize = 4;

// The objects that stay alive: as large as an application's own, and not read by requests.
struct Resident {
    _id: i64,
    _value: f64,
}

struct Server<'a> {
    _heap: Vec<Box<Resident>>,
    request: &'a [f64],
}

fn start<'a>(heap: &[f64], request: &'a [f64]) -> Server<'a> {
    let resident = |(i, &value): (usize, &f64)| Box::new(Resident { _id: i as i64, _value: value });
    let server = Server { _heap: heap.iter().enumerate().map(resident).collect(), request };
    keep(&server);
    server
}

struct CountedNode {
    value: f64,
    _parent: Weak<CountedNode>,
    children: RefCell<Vec<Rc<CountedNode>>>,
}

impl CountedNode {
    fn new(value: f64, parent: Weak<CountedNode>) -> Rc<Self> {
        Rc::new(Self { value, _parent: parent, children: RefCell::default() })
    }
    fn total(&self) -> f64 {
        self.children.borrow().iter().fold(self.value, |total, child| total + child.total())
    }
}

fn counted(server: &Server) -> f64 {
    let request = &server.request[..REQUEST_SIZE];
    let mut nodes = Vec::with_capacity(REQUEST_SIZE);
    nodes.push(CountedNode::new(request[0], Weak::new()));
    for i in 1..REQUEST_SIZE {
        let parent = &nodes[(i - 1) / FAN_OUT];
        let node = CountedNode::new(request[i], Rc::downgrade(parent));
        parent.children.borrow_mut().push(Rc::clone(&node));
        nodes.push(node);
    }
    nodes[0].total()
}

struct ArenaNode {
    value: f64,
    _parent: Option<usize>,
    children: Vec<usize>,
}

fn arena_total(nodes: &[ArenaNode], at: usize) -> f64 {
    let node = &nodes[at];
    node.children.iter().fold(node.value, |total, &child| total + arena_total(nodes, child))
}

fn arena(server: &Server) -> f64 {
    let mut nodes: Vec<ArenaNode> = Vec::with_capacity(REQUEST_SIZE);
    for (i, &value) in server.request[..REQUEST_SIZE].iter().enumerate() {
        let parent = i.checked_sub(1).map(|before| before / FAN_OUT);
        nodes.push(ArenaNode { value, _parent: parent, children: Vec::new() });
        if let Some(parent) = parent {
            nodes[parent].children.push(i);
        }
    }
    arena_total(&nodes, 0)
}

struct BoxNode {
    value: f64,
    children: Vec<Box<BoxNode>>,
}

impl BoxNode {
    // The node at a place of the request, with all below it: places 4 i + 1 to 4 i + 4 are the
    // children of i.
    fn build(request: &[f64], at: usize) -> Self {
        let children = FAN_OUT * at + 1..(FAN_OUT * at + 1 + FAN_OUT).min(request.len());
        Self {
            value: request[at],
            children: children.map(|child| Box::new(Self::build(request, child))).collect(),
        }
    }
    fn total(&self) -> f64 {
        self.children.iter().fold(self.value, |total, child| total + child.total())
    }
}

fn boxes(server: &Server) -> f64 {
    BoxNode::build(&server.request[..REQUEST_SIZE], 0).total()
}

gapmeter::variants! {
    "rc_weak" => start(heap, request) then counted();
    "arena" => start(heap, request) then arena();
    "acyclic" for "acyclic" => start(heap, request) then boxes();
}
