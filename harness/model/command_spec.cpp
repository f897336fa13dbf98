#include "harness/model/command_spec.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>

#include "harness/base/text.h"

namespace gapmeter {
namespace {

constexpr std::string_view blanks = " \t\n";

[[noreturn]] void refuse(const std::string& what) { throw std::invalid_argument(what); }

[[noreturn]] void refuse_shell_syntax(const std::string& what) {
  refuse(
      fmt::format("{} is for a shell, and there is none: put it in quotes if it is a plain "
                  "character, or add --shell",
                  what));
}

// "{n}, {file} and {threads}".
std::string list_of(std::span<const std::string_view> names) {
  return fmt::format("{} and {}", fmt::join(names.first(names.size() - 1), ", "), names.back());
}

// Takes the text apart, one character after the other.
class Splitter {
 public:
  Splitter(std::string_view text, std::span<const std::string_view> placeholders)
      : text_(text), placeholders_(placeholders) {}

  CommandSpec split() {
    while (at_ < text_.size()) {
      take(text_[at_]);
      ++at_;
    }
    end_word();
    if (redirection_ != '\0') refuse(fmt::format("'{}' needs a path after it", redirection_));
    if (spec_.words.empty()) refuse("the command is empty");
    const std::string& program = spec_.words.front();
    if (const std::size_t equals = program.find('='); equals != std::string::npos) {
      refuse(fmt::format("'{}' is no program: to set a variable write env {} PROGRAM…", program,
                         program));
    }
    return std::move(spec_);
  }

 private:
  void take(char c) {
    if (blanks.find(c) != blanks.npos) return end_word();
    if (c == '\'' || c == '"') return take_quoted(c);
    if (c == '\\') return take_escaped();
    if (c == '<' || c == '>') return redirect(c);
    if (c == '{') return take_placeholder();
    constexpr std::string_view anywhere = "|&;()$`*?[", in_front = "#~!";
    if (anywhere.find(c) != anywhere.npos || (!word_ && in_front.find(c) != in_front.npos)) {
      refuse_shell_syntax(fmt::format("'{}'", c));
    }
    add(c);
  }

  void add(char c) {
    if (!word_) word_.emplace();
    *word_ += c;
  }

  void take_quoted(char quote) {
    if (!word_) word_.emplace();  // '' is a word, too
    for (++at_; at_ < text_.size() && text_[at_] != quote; ++at_) {
      const char c = text_[at_];
      if (quote == '"' && (c == '$' || c == '`')) {
        refuse_shell_syntax(fmt::format("'{}' in double quotes", c));
      }
      const bool is_escape = quote == '"' && c == '\\' && at_ + 1 < text_.size() &&
                             std::string_view("\\\"$`").find(text_[at_ + 1]) != std::string::npos;
      add(is_escape ? text_[++at_] : c);
    }
    if (at_ == text_.size()) refuse(fmt::format("a {} is never closed", quote));
  }

  void take_escaped() {
    if (++at_ == text_.size()) refuse("nothing follows the last backslash");
    add(text_[at_]);
  }

  // In quotes braces are plain, unless they are a placeholder's: awk '{print}'.
  void take_placeholder() {
    const std::size_t end = text_.find('}', at_);
    const std::string_view name = text_.substr(at_, end == text_.npos ? end : end + 1 - at_);
    if (std::find(placeholders_.begin(), placeholders_.end(), name) == placeholders_.end()) {
      refuse(
          fmt::format("there is no placeholder {}, only {}; put it in quotes if it is meant as it "
                      "is",
                      name, list_of(placeholders_)));
    }
    if (!word_) word_.emplace();
    *word_ += name;
    at_ = end;
  }

  void redirect(char c) {
    if (word_ && word_->find_first_not_of("0123456789") == std::string::npos) {
      refuse_shell_syntax(fmt::format("'{}{}'", *word_, c));
    }
    end_word();
    if (redirection_ != '\0') refuse_shell_syntax(fmt::format("'{}{}'", redirection_, c));
    redirection_ = c;
    const std::string& already = c == '<' ? spec_.input : spec_.output;
    if (!already.empty()) refuse(fmt::format("'{}' is there twice", c));
  }

  void end_word() {
    if (!word_) return;
    if (redirection_ == '\0') {
      spec_.words.push_back(*word_);
    } else {
      (redirection_ == '<' ? spec_.input : spec_.output) = *word_;
      redirection_ = '\0';
    }
    word_.reset();
  }

  std::string_view text_;
  std::span<const std::string_view> placeholders_;
  std::size_t at_ = 0;
  std::optional<std::string> word_{};  // that has begun
  char redirection_ = '\0';            // that waits for its path
  CommandSpec spec_{};
};

void replace_all(std::string& text, std::string_view what, const std::string& by) {
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
}

}  // namespace

CommandSpec parse_command(std::string_view text, std::span<const std::string_view> placeholders) {
  return Splitter(text, placeholders).split();
}

CommandSpec shell_command(std::string_view text) {
  if (text.find_first_not_of(blanks) == text.npos) refuse("the command is empty");
  return {.words = {"/bin/sh", "-c", std::string(text)}, .by_shell = true};
}

bool mentions(const CommandSpec& command, std::string_view placeholder) {
  const auto has = [&](const std::string& text) { return text.find(placeholder) != text.npos; };
  return std::any_of(command.words.begin(), command.words.end(), has) || has(command.input) ||
         has(command.output);
}

CommandSpec filled_in(CommandSpec command, std::string_view placeholder, const std::string& value) {
  for (std::string& word : command.words) replace_all(word, placeholder, value);
  replace_all(command.input, placeholder, value);
  replace_all(command.output, placeholder, value);
  return command;
}

CommandSpec filled_in(CommandSpec command, const Placeholders& values) {
  const std::string file = command.by_shell ? shell_word(values.file) : values.file;
  command = filled_in(std::move(command), "{n}", std::to_string(values.n));
  command = filled_in(std::move(command), "{threads}", std::to_string(values.threads));
  // The path last, since it could contain the others.
  return filled_in(std::move(command), "{file}", file);
}

}  // namespace gapmeter
