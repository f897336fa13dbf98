// tree_ensemble in Rust; kernels/tree_ensemble.cpp describes it.
const PIXELS: usize = 64;
const DIGITS: usize = 10;
const TREES: usize = 100;
const DEPTH: usize = 4;
const INNER_NODES: usize = (1 << DEPTH) - 1;
const LEAVES: usize = 1 << DEPTH;

fn softmax(scores: &[f32; DIGITS], probabilities: &mut [f32]) {
    let largest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    for (probability, score) in probabilities.iter_mut().zip(scores) {
        *probability = (score - largest).exp();
    }
    let total: f32 = probabilities.iter().sum();
    for probability in probabilities {
        *probability /= total;
    }
}

// The nodes of all trees as scikit-learn has them: children's numbers within the tree, -1 in
// leaves.
#[allow(clippy::too_many_arguments)] // one for each field of the model
fn pointers(
    x: &[f32],
    roots: &[i32],
    feature: &[i32],
    threshold: &[f32],
    left: &[i32],
    right: &[i32],
    value: &[f32],
    probabilities: &mut [f32],
) {
    for (image, probabilities) in x.chunks_exact(PIXELS).zip(probabilities.chunks_exact_mut(DIGITS))
    {
        let mut scores = [0.0; DIGITS];
        for (tree, &root) in roots.iter().enumerate() {
            let mut node = root as usize;
            while left[node] >= 0 {
                let goes_left = image[feature[node] as usize] <= threshold[node];
                node = (root + if goes_left { left[node] } else { right[node] }) as usize;
            }
            scores[tree % DIGITS] += value[node];
        }
        softmax(&scores, probabilities);
    }
}

// A tree filled up to its full depth: the children of node i are 2 i + 1 and 2 i + 2, so that a
// walk needs neither pointers nor branches.
#[derive(Clone)]
struct CompleteTree {
    threshold: [f32; INNER_NODES],
    feature: [u8; INNER_NODES],
    value: [f32; LEAVES],
}

struct Nodes<'a> {
    feature: &'a [i32],
    threshold: &'a [f32],
    left: &'a [i32],
    right: &'a [i32],
    value: &'a [f32],
}

impl Nodes<'_> {
    // Copies the subtree at `node` to position `to`; a leaf above the full depth becomes nodes that
    // lead to copies of it.
    fn fill(&self, root: usize, node: usize, to: usize, tree: &mut CompleteTree) {
        if to >= INNER_NODES {
            tree.value[to - INNER_NODES] = self.value[node];
            return;
        }
        let is_leaf = self.left[node] < 0;
        tree.feature[to] = if is_leaf { 0 } else { self.feature[node] as u8 };
        tree.threshold[to] = if is_leaf { 0.0 } else { self.threshold[node] };
        let child = |number: i32| if is_leaf { node } else { root + number as usize };
        self.fill(root, child(self.left[node]), 2 * to + 1, tree);
        self.fill(root, child(self.right[node]), 2 * to + 2, tree);
    }
}

struct Forest<'a> {
    x: &'a [f32],
    trees: Vec<CompleteTree>,
}

fn lay_out<'a>(
    x: &'a [f32],
    roots: &[i32],
    feature: &[i32],
    threshold: &[f32],
    left: &[i32],
    right: &[i32],
    value: &[f32],
) -> Forest<'a> {
    let empty = CompleteTree {
        threshold: [0.0; INNER_NODES],
        feature: [0; INNER_NODES],
        value: [0.0; LEAVES],
    };
    let mut trees = vec![empty; TREES];
    let nodes = Nodes { feature, threshold, left, right, value };
    for (tree, &root) in trees.iter_mut().zip(roots) {
        nodes.fill(root as usize, root as usize, 0, tree);
    }
    Forest { x, trees }
}

// An image has a power of two of pixels, so that a feature's number needs no check once it is cut
// to that.
fn walk(tree: &CompleteTree, image: &[f32; PIXELS]) -> f32 {
    let mut node = 0;
    for _ in 0..DEPTH {
        let goes_left = image[tree.feature[node] as usize % PIXELS] <= tree.threshold[node];
        node = 2 * node + 1 + usize::from(!goes_left);
    }
    tree.value[node - INNER_NODES]
}

fn complete(forest: &Forest, probabilities: &mut [f32]) {
    for (image, probabilities) in
        forest.x.chunks_exact(PIXELS).zip(probabilities.chunks_exact_mut(DIGITS))
    {
        let image = image.try_into().expect("an image's pixels");
        let mut scores = [0.0; DIGITS];
        for of_each_digit in forest.trees.chunks_exact(DIGITS) {
            for (score, tree) in scores.iter_mut().zip(of_each_digit) {
                *score += walk(tree, image);
            }
        }
        softmax(&scores, probabilities);
    }
}

gapmeter::variants! {
    "pointers" => pointers(x, roots, feature, threshold, left, right, value, probabilities);
    "complete" => lay_out(x, roots, feature, threshold, left, right, value) then complete(probabilities);
}
