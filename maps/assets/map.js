// Draws the page's layers from its own block of data. Every word in that block was escaped on the server.
(function () {
  "use strict";
  var map = window.planMap;
  var data = JSON.parse(document.getElementById("plan-data").textContent);
  var canvas = L.canvas({ padding: 0.4, tolerance: 6 });
  var picked = null;
  var numbers = L.layerGroup().addTo(map);

  map.createPane("under").style.zIndex = 250;
  map.createPane("names").style.zIndex = 350;
  map.getContainer().setAttribute("aria-label", "Map; arrow keys move it, plus and minus zoom");
  L.control.scale({ position: "bottomleft", maxWidth: 160 }).addTo(map);

  function style(feature) {
    var look = feature.properties.look;
    return {
      color: look.c, weight: look.w, dashArray: look.d || null, opacity: look.o,
      fill: look.f > 0, fillColor: look.r ? look.c : "#e9eef1", fillOpacity: look.f, radius: look.r
    };
  }

  // A square drawn as a canvas mark, so that 500 schools cost no more than 500 dots.
  var Square = L.CircleMarker.extend({
    _updatePath: function () {
      var context = this._renderer._ctx, p = this._point, r = this._radius;
      if (!this._renderer._drawing || this._empty()) { return; }
      context.beginPath();
      context.rect(p.x - r, p.y - r, 2 * r, 2 * r);
      this._renderer._fillStroke(context, this);
    }
  });

  function dot(feature, at) {
    if (!feature.properties.look.r) {
      return L.tooltip(at, { content: feature.properties.tip, permanent: true, direction: "center", className: "area-name", pane: "names" });
    }
    var options = style(feature);
    options.renderer = canvas;
    options.bubblingMouseEvents = false;
    if (feature.properties.look.s === "square") {
      options.fillColor = feature.properties.look.c;
      options.color = "#ffffff";
      return new Square(at, options);
    }
    return L.circleMarker(at, options);
  }

  function popup(properties) {
    var html = "<h2>" + properties.tip + "</h2>";
    if (properties.rows) {
      html += "<table>" + properties.rows.map(function (row) {
        return "<tr><th scope=\"row\">" + row[0] + "</th><td>" + row[1] + "</td></tr>";
      }).join("") + "</table>";
    }
    return html;
  }

  function dress(feature, layer) {
    var properties = feature.properties;
    if (properties.tip) { layer.bindTooltip(properties.tip, { sticky: true, direction: "top" }); }
    if (properties.rows) { layer.bindPopup(popup(properties), { maxWidth: 360 }); }
    if (properties.group) {
      layer.on("click", function () { pick(properties.group, false); });
    }
  }

  var layers = data.layers.map(function (each) {
    var made = L.geoJSON(each.data, {
      style: style, pointToLayer: dot, bubblingMouseEvents: false,
      onEachFeature: each.below ? function () {} : dress,
      interactive: !each.below,
      pane: each.below ? "under" : "overlayPane",
      renderer: each.below ? L.svg({ pane: "under", padding: 0.4 }) : canvas
    });
    each.leaflet = made;
    each.on = each.shown;
    if (each.below) { name(each, made); }
    if (each.on && !each.picked) { made.addTo(map); }
    return each;
  });

  // The names of a few big areas are written on the map; of many small ones they would only be in the way.
  function name(each, made) {
    if (each.data.features.length > 12 || each.data.features.some(function (one) { return one.geometry.type === "Point"; })) { return; }
    made.eachLayer(function (area) {
      if (area.feature.properties.tip && area.getBounds && each.data.features.length > 1) {
        area.bindTooltip(area.feature.properties.tip, { permanent: true, direction: "center", className: "area-name", pane: "names" });
      }
    });
  }

  function fit() {
    var bounds = L.latLngBounds([]), under = L.latLngBounds([]);
    layers.forEach(function (each) {
      var box = each.leaflet.getBounds();
      if (box.isValid()) { (each.below ? under : bounds).extend(box); }
    });
    if (!bounds.isValid()) { bounds = under; }
    if (bounds.isValid()) { map.fitBounds(bounds, { padding: [24, 24], animate: false }); }
  }

  function restyle() {
    layers.forEach(function (each) {
      if (each.below) { return; }
      each.leaflet.eachLayer(function (item) {
        var look = style(item.feature), mine = !picked || item.feature.properties.group === picked;
        var square = item.feature.properties.look.s === "square";
        if (square) { look.fillColor = look.color; look.color = "#ffffff"; }
        if (!mine) {
          var lone = !item.feature.properties.group;
          look.opacity = lone ? look.opacity * 0.5 : 0.06; look.fillOpacity = lone ? look.fillOpacity * 0.5 : Math.min(look.fillOpacity, 0.05);
        } else if (picked) { look.weight = look.weight + 1.5; if (item.bringToFront) { item.bringToFront(); } }
        item.setStyle(look);
      });
      if (each.picked && each.on) {
        each.leaflet.eachLayer(function (item) {
          var show = picked && item.feature.properties.group === picked;
          if (show) { item.addTo(map); } else { map.removeLayer(item); }
        });
      }
    });
  }

  function pick(group, move) {
    picked = group || null;
    var select = document.querySelector("#pick select");
    if (select) { select.value = picked || ""; }
    numbers.clearLayers();
    restyle();
    if (!picked) { return; }
    var bounds = L.latLngBounds([]);
    layers.forEach(function (each) {
      if (!each.on || each.below) { return; }
      each.leaflet.eachLayer(function (item) {
        if (item.feature.properties.group !== picked) { return; }
        if (item.getLatLng) { bounds.extend(item.getLatLng()); } else { bounds.extend(item.getBounds()); }
        var number = item.feature.properties.number;
        if (number && item.getLatLng) {
          L.marker(item.getLatLng(), { interactive: false, keyboard: false, icon: L.divIcon({ className: "stop-number", html: "<span>" + Number(number) + "</span>", iconSize: [0, 0] }) }).addTo(numbers);
        }
      });
    });
    if (move && bounds.isValid()) { map.fitBounds(bounds, { padding: [40, 40], maxZoom: 15 }); }
  }

  function swatch(look) {
    var dash = look.d ? " stroke-dasharray=\"" + look.d + "\"" : "";
    var inside;
    if (look.r && look.s === "square") {
      inside = "<rect x=\"8\" y=\"3\" width=\"12\" height=\"12\" fill=\"" + look.c + "\"/>";
    } else if (look.r) {
      inside = "<circle cx=\"14\" cy=\"9\" r=\"6\" fill=\"" + look.c + "\" fill-opacity=\"" + look.f + "\" stroke=\"" + look.c + "\" stroke-width=\"2\"/>";
    } else {
      inside = "<line x1=\"1\" y1=\"9\" x2=\"27\" y2=\"9\" stroke=\"" + look.c + "\" stroke-width=\"" + Math.max(2, look.w) + "\"" + dash + "/>";
    }
    return "<svg width=\"28\" height=\"18\" aria-hidden=\"true\">" + inside + "</svg>";
  }

  var box = document.getElementById("layers");
  layers.slice().reverse().forEach(function (each) {
    var row = document.createElement("div"), label = document.createElement("label"), tick = document.createElement("input");
    row.className = "layer";
    tick.type = "checkbox";
    tick.checked = each.on;
    label.innerHTML = "<span>" + each.title + "</span>";
    label.insertBefore(tick, label.firstChild);
    row.appendChild(label);
    if (each.keys.length) {
      var list = document.createElement("ul");
      list.innerHTML = each.keys.map(function (key) { return "<li>" + swatch(key.look) + "<span>" + key.words + "</span></li>"; }).join("");
      row.appendChild(list);
    }
    row.classList.toggle("off", !each.on);
    tick.addEventListener("change", function () {
      each.on = tick.checked;
      row.classList.toggle("off", !each.on);
      if (each.picked) { if (!each.on) { each.leaflet.eachLayer(function (item) { map.removeLayer(item); }); } }
      else if (each.on) { each.leaflet.addTo(map); } else { map.removeLayer(each.leaflet); }
      if (each.below && each.on) { each.leaflet.eachLayer(function (one) { if (one.bringToBack) { one.bringToBack(); } }); }
      pick(picked, false);
    });
    box.appendChild(row);
  });

  if (data.pick && data.pick.choices.length) {
    var holder = document.getElementById("pick");
    holder.innerHTML = "<label for=\"pick-one\">" + data.pick.label + "</label><select id=\"pick-one\"><option value=\"\">All of them</option></select>";
    var select = holder.querySelector("select");
    data.pick.choices.forEach(function (choice) {
      var option = document.createElement("option");
      option.innerHTML = choice[1];
      option.value = choice[0];
      select.appendChild(option);
    });
    select.addEventListener("change", function () { pick(select.value, true); });
  }

  map.on("click", function () { pick(null, false); });
  document.addEventListener("keydown", function (event) { if (event.key === "Escape") { pick(null, false); map.closePopup(); } });
  fit();
  var wanted = /^#run=(.+)$/.exec(window.location.hash);
  if (wanted && data.pick && data.pick.choices.some(function (choice) { return choice[0] === decodeURIComponent(wanted[1]); })) {
    pick(decodeURIComponent(wanted[1]), true);
  }
  window.addEventListener("resize", function () { map.invalidateSize(); });
  window.addEventListener("beforeprint", function () { map.invalidateSize(); fit(); });
  document.body.dataset.ready = "yes";
})();
