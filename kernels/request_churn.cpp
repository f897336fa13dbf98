// request_churn: makes and drops one request's objects, beside a heap of n objects that stay.
//
// Timed: building a tree of 64 nodes, each of which knows its parent, adding up its values and
// dropping it. Not timed: the n objects that live on, which only a collector looks at. The results
// to read are the percentiles of single calls, up to the 99.9th, and the collections attributed to
// them. Serves the claims that collections pause requests (C26) and that memory released
// deterministically makes latency predictable (C27).
#include <array>
#include <memory>
#include <memory_resource>
#include <vector>

#include "harness/kernel/kernel.h"

namespace {

using Numbers = std::span<const double>;
constexpr std::size_t request_size = 64;
constexpr std::size_t fan_out = 4;

// The objects that stay alive: as large as an application's own, and not read by requests.
struct Resident {
  std::int64_t id = 0;
  double value = 0;
};

struct Server {
  std::vector<std::unique_ptr<Resident>> heap;
  Numbers request;
};

Server start(Numbers heap, Numbers request) {
  Server server{.heap = {}, .request = request};
  for (std::size_t i = 0; i < heap.size(); ++i) {
    server.heap.push_back(
        std::make_unique<Resident>(Resident{static_cast<std::int64_t>(i), heap[i]}));
  }
  return server;
}

struct Node {
  double value = 0;
  const Node* parent = nullptr;
  std::vector<std::unique_ptr<Node>> children{};
};

double total_of(const Node& node) {
  double total = node.value;
  for (const auto& child : node.children) total += total_of(*child);
  return total;
}

// In the job `acyclic` nodes don't know their parents, so that counting references would do.
template <bool parents_known>
double unique_ptrs(const Server& server) {
  Node root{.value = server.request[0]};
  std::array<Node*, request_size> nodes{&root};
  for (std::size_t i = 1; i < request_size; ++i) {
    Node& parent = *nodes[(i - 1) / fan_out];
    parent.children.push_back(std::make_unique<Node>(
        Node{.value = server.request[i], .parent = parents_known ? &parent : nullptr}));
    nodes[i] = parent.children.back().get();
  }
  return total_of(root);
}

struct ArenaNode {
  double value;
  const ArenaNode* parent;
  std::pmr::vector<ArenaNode*> children;
};

double total_of(const ArenaNode& node) {
  double total = node.value;
  for (const ArenaNode* child : node.children) total += total_of(*child);
  return total;
}

// All of a request's memory from one block, freed at once.
double arena(const Server& server) {
  std::array<std::byte, 16384> block;  // NOLINT: filled by what is allocated in it
  std::pmr::monotonic_buffer_resource memory(block.data(), block.size());
  std::pmr::polymorphic_allocator<ArenaNode> allocator(&memory);
  std::array<ArenaNode*, request_size> nodes{};
  for (std::size_t i = 0; i < request_size; ++i) {
    ArenaNode* const parent = i == 0 ? nullptr : nodes[(i - 1) / fan_out];
    nodes[i] = allocator.allocate(1);
    std::construct_at(nodes[i], server.request[i], parent, std::pmr::vector<ArenaNode*>(&memory));
    if (parent != nullptr) parent->children.push_back(nodes[i]);
  }
  return total_of(*nodes[0]);
}

}  // namespace

GAPMETER_KERNEL() {
  using namespace gapmeter;
  return {.title = "A request's objects beside n that live on",
          .item = "request",
          .claims = {"C26", "C27"},
          .sizes = "1Ki:1Mi:32x",
          .inputs = {input<double>("heap", uniform{-1, 1}),
                     input<double>("request", uniform{-1, 1}, always({request_size}))},
          // The sum of 64 numbers of at most 1 has an error of at most 64 * 64 u, in any order.
          .outputs = {output<double>("total", Tolerance{.abs = 2 * 64 * 64 * 0x1p-53}, scalar)},
          .cost = [](std::size_t) { return Cost{.items = 1}; },
          .reference = "unique_ptrs",
          .baseline = "collected",
          .single_calls = 6,  // the 99.9th percentile needs 10,000 of them
          .native = {native<start, unique_ptrs<true>>("unique_ptrs"), native<start, arena>("arena"),
                     native<start, unique_ptrs<false>>("acyclic", "acyclic")}};
}
