#include "model/protobuf_reader.h"

#include <gtest/gtest.h>

#include "test/model/onnx_builder.h"

namespace ntrt {
namespace {

using namespace std::string_view_literals;
using testing::as_bytes;
using testing::Proto;

TEST(ProtobufReader, ReadsEveryWireType) {
  const Proto proto = Proto()
                          .varint(1, 300)
                          .bytes(2, "abc")
                          .raw("\x1d\x01\x02\x03\x04"sv)
                          .raw("\x21\x01\x02\x03\x04\x05\x06\x07\x08"sv);
  ProtobufReader reader(as_bytes(proto.data()));
  WireField field;
  ASSERT_TRUE(reader.next(field));
  EXPECT_EQ(field.number, 1u);
  EXPECT_EQ(field.value, 300u);
  ASSERT_TRUE(reader.next(field));
  EXPECT_EQ(field.number, 2u);
  EXPECT_EQ(field.text(), "abc");
  ASSERT_TRUE(reader.next(field));
  EXPECT_EQ(field.type, WireType::kFixed32);
  EXPECT_EQ(field.value, 0x04030201u);
  ASSERT_TRUE(reader.next(field));
  EXPECT_EQ(field.type, WireType::kFixed64);
  EXPECT_EQ(field.value, 0x0807060504030201u);
  EXPECT_FALSE(reader.next(field));
  EXPECT_TRUE(reader.at_end());
  EXPECT_EQ(reader.fault(), WireFault::kNone);
}

TEST(ProtobufReader, ReadsTheLargestVarint) {
  const Proto proto = Proto().varint(1, ~uint64_t{0});
  ProtobufReader reader(as_bytes(proto.data()));
  WireField field;
  ASSERT_TRUE(reader.next(field));
  EXPECT_EQ(field.value, ~uint64_t{0});
}

TEST(ProtobufReader, StopsForGoodAtAFaultAndSaysWhere) {
  const std::string data = Proto().varint(1, 1).raw("\x12\x05"sv).raw("ab").data();
  ProtobufReader reader(as_bytes(data));
  WireField field;
  ASSERT_TRUE(reader.next(field));
  EXPECT_FALSE(reader.next(field));
  EXPECT_FALSE(reader.next(field));
  EXPECT_EQ(reader.fault(), WireFault::kTruncated);
  EXPECT_EQ(reader.position(), 2u);
}

TEST(ProtobufReader, RefusesWhatIsNoField) {
  struct Case {
    const char* name;
    std::string_view data;
    WireFault fault;
  };
  const Case cases[] = {
      {"a tag alone", "\x08"sv, WireFault::kTruncated},
      {"an open varint", "\x08\x80"sv, WireFault::kTruncated},
      {"an overlong varint", "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"sv, WireFault::kMalformed},
      {"three bytes of four", "\x0d\x01\x02\x03"sv, WireFault::kTruncated},
      {"seven bytes of eight", "\x09\x01\x02\x03\x04\x05\x06\x07"sv, WireFault::kTruncated},
      {"a length past the end", "\x0a\x02z"sv, WireFault::kTruncated},
      {"a length of 2^64 - 1", "\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01z"sv, WireFault::kTruncated},
      {"field number 0", "\x00\x01"sv, WireFault::kMalformed},
      {"a tag beyond 32 bits", "\x88\x80\x80\x80\x80\x01\x01"sv, WireFault::kMalformed},
      {"the start of a group", "\x0b\x0c"sv, WireFault::kMalformed},
      {"the end of a group", "\x0c"sv, WireFault::kMalformed},
      {"wire type 6", "\x0e\x01"sv, WireFault::kMalformed},
      {"wire type 7", "\x0f\x01"sv, WireFault::kMalformed},
  };
  for (const Case& one : cases) {
    ProtobufReader reader(as_bytes(one.data));
    WireField field;
    EXPECT_FALSE(reader.next(field)) << one.name;
    EXPECT_EQ(reader.fault(), one.fault) << one.name;
    EXPECT_EQ(reader.position(), 0u) << one.name;
  }
}

}  // namespace
}  // namespace ntrt
