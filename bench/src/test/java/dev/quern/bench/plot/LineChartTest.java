package dev.quern.bench.plot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.w3c.dom.Document;

@Timeout(20)
class LineChartTest {
    @Test
    void shouldDrawEveryLineWithItsName() throws Exception {
        String svg = new LineChart("a < b", "ms", "share")
                .line("one & two", new double[] {0, 1, 2}, new double[] {0, 0.5, 1})
                .line("three", new double[] {0, 100}, new double[] {3, 4})
                .svg();
        Document xml = DocumentBuilderFactory.newDefaultInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
        assertEquals(2, xml.getElementsByTagName("polyline").getLength());
        assertTrue(xml.getDocumentElement().getTextContent().contains("one & two"));
    }

    @Test
    void shouldDrawAnEmptyChart() {
        assertTrue(new LineChart("nothing", "x", "y").svg().endsWith("</svg>\n"));
    }

    @Test
    void shouldGoByPowersOfTen() {
        LineChart chart = new LineChart("t", "x", "y").logarithmic();
        assertFalse(chart.hasPoints());
        String svg = chart.line("l", new double[] {0, 1, 2}, new double[] {0, 20, 2_000})
                .svg();
        assertTrue(chart.hasPoints());
        for (String power : new String[] {">10<", ">100<", ">1000<", ">10000<"}) {
            assertTrue(svg.contains(power), svg);
        }
        assertFalse(svg.contains("NaN") || svg.contains("Infinity"), svg);
    }

    @Test
    void shouldRefuseALineWithoutAllCoordinates() {
        LineChart chart = new LineChart("t", "x", "y");
        assertThrows(IllegalArgumentException.class, () -> chart.line("l", new double[2], new double[3]));
    }
}
