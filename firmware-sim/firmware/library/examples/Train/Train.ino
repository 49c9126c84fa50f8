// Learns from samples that come over the serial line: a byte for the label, then a frame. Answers each with the class it would have said.
// A label of 255 asks for the class only.
#include <mayfly.h>

static const uint8_t ASK = 255;

void setup() {
  Serial.begin(115200);
  if (mayfly_start() != MAYFLY_OK) {
    for (;;) {
      Serial.println(mayfly_status());
      delay(1000);
    }
  }
}

void loop() {
  while (Serial.available() == 0) {
  }
  const uint8_t label = Serial.read();
  for (size_t got = 0; got < MAYFLY_FRAME_BYTES;) got += Serial.readBytes(mayfly_frame() + got, MAYFLY_FRAME_BYTES - got);
  const int32_t said = mayfly_predict_goodness();
  if (label != ASK) mayfly_train(label);
  Serial.println(said);
}
