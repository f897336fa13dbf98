// Inputs from a file: models and data that were made elsewhere, the same for both lanes.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/kernel/random.h"

namespace gapmeter {

// All numbers under `key` of the JSON object in `file`, nested arrays flattened in order. Throws
// std::runtime_error, naming the file, if it can't be read, is not a JSON object, has no such key,
// or has anything but numbers under it.
std::vector<double> json_numbers(const std::filesystem::path& file, const std::string& key);

// Fills a field with these numbers, and repeats them if the field is longer: a batch of any size
// from a given number of samples. Throws std::runtime_error if a shorter field would leave some of
// them out, unless it holds a whole number of samples of `sample` numbers.
struct from_json {
  std::filesystem::path file;
  std::string key;
  std::size_t sample = 0;  // 0: the field must hold exactly all numbers

  template <Element T>
  operator Fill<T>() const {  // NOLINT(google-explicit-constructor): reads as a value in kernels
    return [file = file, key = key, sample = sample](std::span<T> field, Random& /*random*/) {
      const std::vector<double> numbers = numbers_for(file, key, field.size(), sample);
      for (std::size_t i = 0; i < field.size(); ++i) {
        field[i] = static_cast<T>(numbers[i % numbers.size()]);
      }
    };
  }

 private:
  static std::vector<double> numbers_for(const std::filesystem::path& file, const std::string& key,
                                         std::size_t wanted, std::size_t sample);
};

}  // namespace gapmeter
